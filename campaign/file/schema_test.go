package file

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("campaign.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("campaign.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance is the tree as an editor sees it: plain scalars have YAML's types
// (YAML 1.2.2, section 10.3.2).
func instance(n *node) any {
	switch n.kind {
	case nullNode:
		return nil
	case listNode:
		out := []any{}
		for _, i := range n.items {
			out = append(out, instance(i))
		}
		return out
	case mapNode:
		out := map[string]any{}
		for _, p := range n.pairs {
			out[p.key.text] = instance(p.value)
		}
		return out
	}
	if n.style == plain {
		if n.text == "true" || n.text == "false" {
			return n.text == "true"
		}
		if v, err := strconv.ParseFloat(n.text, 64); err == nil && decimal.MatchString(n.text) {
			return v
		}
	}
	return n.text
}

func parsed(t *testing.T, text string) *node {
	t.Helper()
	root, flaws, bad := parseYAML(text)
	if bad != nil || len(flaws) > 0 {
		return nil
	}
	return root
}

// TestSchemaTakesGoldens: each file that Load takes, the schema takes, and
// those with wrong keys or types it refuses too.
func TestSchemaTakesGoldens(t *testing.T) {
	s := compiled(t)
	files, _ := filepath.Glob("testdata/*.json")
	for _, f := range files {
		data, err := os.ReadFile(strings.TrimSuffix(f, ".json") + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(instance(parsed(t, string(data)))); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
	for _, name := range []string{"unknown-keys", "wrong-types", "missing-keys", "later", "several-senders", "secrets"} {
		data, err := os.ReadFile("testdata/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if root := parsed(t, string(data)); root == nil || s.Validate(instance(root)) == nil {
			t.Errorf("the schema takes %s.yaml", name)
		}
	}
}

// TestSchemaKeys: the schema has the keys of the tables, no more and no less.
func TestSchemaKeys(t *testing.T) {
	s := compiled(t)
	in := func(s *jsonschema.Schema) []string {
		found := map[string]bool{}
		properties(s, found)
		var keys []string
		for k := range found {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		return keys
	}
	places := map[string]*jsonschema.Schema{"": s}
	for _, name := range []string{"body", "recipients", "sender", "schedule", "retry", "stop_when", "unsubscribe"} {
		places[name] = s.Properties[name]
	}
	places["attachments"] = s.Properties["attachments"].AnyOf[0]
	places["recipients.exclude"] = s.Properties["recipients"].AnyOf[0].Ref.Properties["exclude"]
	for _, table := range tables() {
		want := slices.Sorted(slices.Values(table.keys))
		if got := in(places[table.section]); !slices.Equal(got, want) {
			t.Errorf("section %q: the schema has %v, the table %v", table.section, got, want)
		}
	}
}

// properties collects the keys of a schema itself and of its alternatives.
func properties(s *jsonschema.Schema, into map[string]bool) {
	if s.Ref != nil {
		properties(s.Ref, into)
	}
	for _, a := range s.AnyOf {
		properties(a, into)
	}
	for k := range s.Properties {
		into[k] = true
	}
}

// TestSchemaAgrees puts values of every kind at every key: what Load takes
// without an error, the schema takes.
func TestSchemaAgrees(t *testing.T) {
	s := compiled(t)
	values := []string{
		"", "''", "~", "[]", "{}", "5", "0", "-1", "2.5", "true", "false", "yes", "text", "'5'", "a.csv", "[a.csv]", "[a.csv, b.csv]", "10s", "10%", "0%",
		"100/24h", "[100/24h, 5/s]", "09:00-17:00", "2027-03-01", "[2027-03-01]", "mon-fri", "none", "skip", "first", "env:A", "a@b.example", "'{{.x}}'",
		"starttls", "plain", "sandbox", "https://a.example/", "{file: a.csv}", "[{file: a.csv}]", "{mailto: a@b.example}", "{campaign: a, states: sent}", "{X-A: 1}",
	}
	taken := 0
	for _, table := range tables() {
		for _, key := range table.keys {
			for _, value := range values {
				text := with(table.section, key, value)
				_, problems := load(t, text)
				if problems.Errors() > 0 {
					continue
				}
				taken++
				if err := s.Validate(instance(parsed(t, text))); err != nil {
					t.Errorf("Load takes this, the schema does not:\n%s%v", text, err)
				}
			}
		}
	}
	if taken < 150 {
		t.Errorf("Load took only %d texts: the test says little", taken)
	}
}

// with is a whole campaign in which one key has one value.
func with(section, key, value string) string {
	maps := map[string]map[string]string{
		"":     {"name": "a", "from": "a@b.example", "subject": "s"},
		"body": {"text": "b.txt"}, "recipients": {"file": "a.csv"}, "sender": {"provider": "smtp", "host": "localhost"},
	}
	top, inner, nested := strings.Cut(section, ".")
	if nested {
		maps[top][inner] = fmt.Sprintf("{%s: %s}", key, value)
	} else {
		if maps[top] == nil {
			maps[top] = map[string]string{}
		}
		maps[top][key] = value
	}
	var b strings.Builder
	for _, name := range []string{"", "body", "recipients", "sender", "schedule", "retry", "stop_when", "unsubscribe"} {
		if _, replaced := maps[""][name]; replaced || maps[name] == nil {
			continue
		}
		indent := ""
		if name != "" {
			fmt.Fprintf(&b, "%s:\n", name)
			indent = "  "
		}
		for k, v := range maps[name] {
			fmt.Fprintf(&b, "%s%s: %s\n", indent, k, v)
		}
	}
	return b.String()
}
