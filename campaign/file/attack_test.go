package file

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// bombs are small files that stand for much, or take a careless reader long.
func bombs() map[string]string {
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	merges := "m0: &m0 {k: v}\n"
	for i := 1; i < 30; i++ {
		merges += fmt.Sprintf("m%d: &m%d {<<: [*m%d, *m%d]}\n", i, i, i-1, i-1)
	}
	return map[string]string{
		"billion laughs": laughs, "merges": merges, "itself": "a: &a [*a]\n", "brackets": "a: " + strings.Repeat("[", 100_000), "braces": strings.Repeat("{a: ", 50_000),
		"dashes": strings.Repeat("- ", 100_000), "depth": deep(2000), "long line": "subject: " + strings.Repeat("x", 900_000), "problems": strings.Repeat("zz: 1\n", 5_000),
		"broken lines": strings.Repeat("a: b: c\n", 2_000), "NUL": strings.Repeat("\x00", 10_000), "quotes": strings.Repeat("a: \"\n", 10_000),
		"documents": strings.Repeat("---\na: 1\n", 100_000), "anchors": strings.Repeat("a: &a 1\n", 100_000), "long path": "attachments: " + strings.Repeat("x", 900_000),
	}
}

func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
		if b.Len() > 900_000 {
			break
		}
	}
	return b.String()
}

func TestBombs(t *testing.T) {
	for name, text := range bombs() {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			_, problems := load(t, text)
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("reading took %s", took)
			}
			if problems.Errors() == 0 || len(problems) > maxProblems+1 {
				t.Errorf("%d problems", len(problems))
			}
			for _, p := range problems {
				if len(p.Message)+len(p.Hint)+len(p.Excerpt) > 3000 {
					t.Errorf("a problem of %d characters", len(p.Message)+len(p.Hint)+len(p.Excerpt))
				}
			}
		})
	}
}

// shapes are ways in which people put a password into the file; %s is it.
var shapes = []string{
	"sender:\n  provider: smtp\n  password: %s\n", "sender: {provider: gmail, password: %s, username: a}\n", "sender:\n  provider: gmial\n  password: '%s'\n",
	"sender:\n  password: \"%s\n  x\"\n  prowider: x\n", "sender:\n  password:\n    %s\n  zzz: 1\n", "sender:\n  password: >\n    %s\n    %s\n  zzz: 1\n",
	"sender:\n  pasword: %s\n", "sender:\n  passwort: %s\n", "password: %s\n", "passwd: %s\nzzz: 1\n", "sender:\n  Password: %s\n", "sender:\n  password: [%s]\n",
	"sender:\n  password: {%s: 1}\n", "sender:\n  password: %s #x\n", "sender:\n  password: \"%s\" more\n  zz: 1\n", "sender:\n  password: %s: x\n", "sender: [{password: %s}]\n",
	"zz: &p %s\nsender:\n  password: *p\n", "sender:\n  host: smtp://u:%s@h\n", "sender:\n  - password: %s\n", "sender:\n  password: env:%s-x\n",
	"accounts:\n  - token: %s\n    zz: 1\n", "sender:\n  password: !x %s\n", "sender:\n  password: @%s\n", "sender:\n  password: {{%s}}\n",
	"sender: {password: %s\n", "sender:\n  password: env:A, %s\n", "sender:\n\tpassword: %s\n", "sender:\n  password: keyring:%s\n", "sender:\n  api_key: %s\n",
}

// TestPlantedSecret: whatever else is wrong, the password is not printed.
func TestPlantedSecret(t *testing.T) {
	const secret = "Xk7planted9Qz"
	rapid.Check(t, func(rt *rapid.T) {
		shape := rapid.SampledFrom(shapes).Draw(rt, "shape")
		planted := strings.ReplaceAll(shape, "%s", secret)
		before := rapid.SampledFrom([]string{"", "name: A\n", "subject: {{.x}}, y\n", "zz: 1\n", "a: b: c\n"}).Draw(rt, "before")
		after := rapid.SampledFrom([]string{"", "subject: a: b\n", "zz: 1\n", "limits: [1\n", "\tx: y\n", "from: \"x\n", "[a]: b\n"}).Draw(rt, "after")
		_, problems := load(t, before+planted+after)
		if found := written(problems); strings.Contains(found, secret) || problems.Errors() == 0 {
			rt.Fatalf("%s%s%s gives\n%s", before, planted, after, found)
		}
	})
}
