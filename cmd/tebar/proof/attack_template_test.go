//go:build unix

package proof

import (
	"strings"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// A loop is a template that costs more than any letter.
type loop struct {
	name, text string
	words      string // of the refusal; "" = it ends, and the letter is sent
	everywhere bool   // tried in every place by the short form
	long       bool   // left to the full form
}

const doubling = `{{$x := "xxxxxxxx"}}{{range 100}}{{$x = `

var loops = []loop{
	{name: "ends", text: `{{range 3}}x{{end}}`},
	{name: "calls itself", text: `{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}`, words: "without end"},
	{name: "calls itself in the engine", text: `{{define "a"}}{{template "a" $}}{{end}}{{template "a" $}}`, words: "depth"},
	{name: "calls each other", text: `{{define "a"}}{{template "b" .}}{{end}}{{define "b"}}x{{template "a" .}}{{end}}{{template "a" .}}`, words: "without end"},
	{name: "prints for ever", text: `{{range 1000000000000}}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{{end}}`, words: "more than 10 MB", everywhere: true},
	{name: "prints nothing for ever", text: `{{range 1000000000000}}{{end}}`, words: "more than 10 s"},
	{name: "loops within loops", text: strings.Repeat(`{{range 100000}}`, 9) + strings.Repeat(`{{end}}`, 9), words: "more than 10 s", long: true},
	{name: "reckons for ever", text: `{{range 1000000000000}}{{$x := len (print $.name)}}{{end}}`, words: "more than 10 s", long: true},
	{name: "doubles", text: doubling + `print $x $x}}{{end}}`, words: "more than 10 MB"},
	{name: "replaces", text: doubling + `replace "x" "xx" $x}}{{end}}`, words: "more than 10 MB", long: true},
	{name: "quotes", text: `{{$x := "\\"}}{{range 100}}{{$x = quote $x}}{{end}}`, words: "more than 10 MB", long: true},
	{name: "splits", text: doubling + `print $x $x}}{{$y := split "" $x}}{{end}}`, words: "more than"},
	{name: "a wide number", text: `{{printf "%1000000000d" 1}}`, words: ""},
	{name: "wide numbers", text: `{{$f := "%999999[1]d"}}{{range 9}}{{$f = print $f $f}}{{end}}{{printf $f 1}}`, words: "more than 10 MB"},
	{name: "a function that is not there", text: `{{repeat 1000000000 "x"}}`, words: "repeat"},
	{name: "another", text: `{{range until 1000000000}}x{{end}}`, words: "until"},
	{name: "one that would read", text: `{{readFile "/etc/passwd"}}{{env "HOME"}}`, words: "readFile"},
	{name: "deep", text: strings.Repeat(`{{if .name}}`, 2000) + strings.Repeat(`{{end}}`, 2000)},
	{name: "deep brackets", text: `{{` + strings.Repeat(`(`, 200_000) + `1` + strings.Repeat(`)`, 200_000) + `}}`, words: "error"},
	{name: "a long chain", text: `{{.name` + strings.Repeat(` | upper`, 20_000) + `}}`},
}

// templatePlaces are where a template may stand, each with how it gets there.
var templatePlaces = map[string]func(m *machine, text string){
	"text": func(m *machine, text string) { m.write("body.txt", "Dear {{.name}} "+text+"\n") },
	"HTML": func(m *machine, text string) {
		htmlBody("<p>Dear {{.name}} " + text + "</p>")(m)
	},
	"subject": func(m *machine, text string) {
		m.write("spring.yaml", strings.Replace(m.read("spring.yaml"), `"Hello {{.name}}"`, yamlText("Hello {{.name}} "+text), 1))
	},
	"header": func(m *machine, text string) {
		m.write("spring.yaml", m.read("spring.yaml")+"headers: {X-Class: "+yamlText("x"+text)+"}\n")
	},
	"where": func(m *machine, text string) {
		m.write("spring.yaml", strings.Replace(m.read("spring.yaml"), "file: people.csv", "file: people.csv, where: "+yamlText(text+"true"), 1))
	},
}

func yamlText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// TestEndlessTemplates: whatever a template does, it ends; for all rows
// together, not for each.
func TestEndlessTemplates(t *testing.T) {
	c := &costs{}
	type try struct {
		place string
		loop
	}
	var tries []try
	for place := range templatePlaces {
		for _, l := range loops {
			if full() || place == "text" && !l.long || l.everywhere {
				tries = append(tries, try{place, l})
			}
		}
	}
	together(tries, func(one try) {
		t.Run(one.place+"/"+one.name, func(t *testing.T) {
			server := serve(t, sandbox.Options{})
			m := machineIn(t, inMemory(t), server.Port(), 5, "")
			templatePlaces[one.place](m, one.text)
			if one.words != "" {
				c.refused(m, server, one.words)
				return
			}
			// A condition that prints more than true is refused for that.
			if r := c.run(m, "run", m.file, "--yes"); r.code != 0 && (one.place != "where" || r.code != 2) {
				t.Error(r.short())
			}
		})
	})
	c.figures(t, "endless templates", "%d in %d places, for 5 people: ended with a message, or at once and sent", len(tries), len(templatePlaces))
}
