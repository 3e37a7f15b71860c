package templates

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tebar/campaign"
)

// A pitfall is HTML that a browser shows and mail programs do not.
// Source: the vendors' pages on what they support, as https://developers.google.com/workspace/gmail/design/css
// for Gmail, and https://www.caniemail.com for all.
type pitfall struct {
	at      int // byte offset in the source
	sev     campaign.Severity
	message string
	hint    string
}

// toldOf is how many pitfalls of one kind are told one by one.
const toldOf = 3

// Pitfalls looks at a letter's HTML as it was written, its actions aside. Parse
// takes such a letter all the same: one that is being sent is not held up. sent
// are the pictures that go along with the letter (see Pictures), or why one does
// not.
func Pitfalls(l campaign.Letter, n Names, sent map[string]error) campaign.Problems {
	src := n.source(nil, n.HTML, "body.html", l.HTML)
	if l.HTML == "" {
		made, err := markdownHTML(l.Markdown, l.Language)
		if err != nil || l.Markdown == "" {
			return nil
		}
		src = newSource(n.Markdown, "body.markdown", made)
		src.lines = false // those are of the HTML that was made
	}
	w := &walk{text: filler(src.text), sent: sent}
	w.all()
	w.others(src.text)
	var found campaign.Problems
	all, told := map[string]int{}, map[string]int{}
	for _, p := range w.found {
		all[p.message]++
	}
	for _, p := range w.found {
		if told[p.message]++; told[p.message] > toldOf {
			continue
		}
		if more := all[p.message] - toldOf; more > 0 && told[p.message] == toldOf {
			p.hint += fmt.Sprintf(" (and %d more like it)", more)
		}
		found = append(found, src.problem(p.sev, p.at, p.message, p.hint))
	}
	return found
}

// hole stands for each byte of an action: it breaks no markup.
const hole = "\x7f"

var holes = regexp.MustCompile(hole + `+`)

// filler is the source with its actions written over, so that offsets stay.
func filler(text string) string {
	var b strings.Builder
	for _, s := range split(text) {
		if s.action {
			b.WriteString(strings.Repeat(hole, len(s.text)))
			continue
		}
		b.WriteString(s.text)
	}
	return b.String()
}

// A walk goes through the tags of a letter.
type walk struct {
	text     string
	at       int // offset of the present token
	found    []pitfall
	inside   atom.Atom // style, script or title: what follows is no text of the letter
	sent     map[string]error
	based    bool // <base href> says where relative links lead
	pictures int
	letters  int             // that a person reads
	told     map[string]bool // addresses of <img>
}

func (w *walk) all() {
	z := html.NewTokenizer(strings.NewReader(w.text))
	for z.Next() != html.ErrorToken {
		size := len(z.Raw())
		switch t := z.Token(); t.Type {
		case html.StartTagToken, html.SelfClosingTagToken:
			w.tag(t)
		case html.EndTagToken:
			w.inside = 0
		case html.TextToken:
			w.words(t.Data)
		}
		w.at += size
	}
	if w.pictures > 0 && w.letters < 20 {
		w.found = append(w.found, pitfall{
			0, campaign.Warning, "the letter is pictures alone: who sees none reads nothing, and filters take it for spam",
			"write what it says as text, beside the pictures",
		})
	}
}

func (w *walk) warn(message, hint string) {
	w.found = append(w.found, pitfall{w.at, campaign.Warning, message, hint})
}

// words counts what a person reads, and looks into style sheets.
func (w *walk) words(text string) {
	switch w.inside {
	case atom.Style:
		if m := positioned.FindStringSubmatchIndex(text); m != nil {
			w.placed(w.at + m[2])
		}
	case atom.Script, atom.Title:
	default:
		for _, r := range text {
			switch {
			case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
				w.letters += 3
			case unicode.IsLetter(r) || string(r) == hole:
				w.letters++
			}
		}
	}
}

var positioned = regexp.MustCompile(`(?i)(?:^|[;{\s])(position\s*:\s*(?:absolute|fixed|sticky|relative))`)

func (w *walk) placed(at int) {
	w.found = append(w.found, pitfall{
		at, campaign.Warning, "Gmail and Outlook take `position` out: what is placed by it lies elsewhere",
		"place it by a table, or by margins",
	})
}

// notShown are elements that most mail programs show nothing of.
var notShown = map[atom.Atom]bool{
	atom.Iframe: true, atom.Object: true, atom.Embed: true, atom.Video: true, atom.Audio: true, atom.Canvas: true, atom.Svg: true,
}

func (w *walk) tag(t html.Token) {
	a := attributes(t)
	switch t.DataAtom {
	case atom.Style, atom.Title:
		w.inside = t.DataAtom
	case atom.Script:
		w.inside = t.DataAtom
		w.warn("mail programs run no script, and filters take a letter with one for dangerous", "take it out")
	case atom.Form, atom.Input, atom.Select, atom.Textarea:
		w.warn("most mail programs show no form, or one that does nothing", "link to a page that has it")
	case atom.Base:
		w.based = a["href"] != ""
	case atom.Link:
		if strings.Contains(strings.ToLower(a["rel"]), "stylesheet") {
			w.warn("mail programs fetch no style sheet", "put its rules into <style> in the letter")
		}
	case atom.Img:
		w.picture(a)
	case atom.A, atom.Area:
		w.link(a)
	default:
		if notShown[t.DataAtom] {
			w.warn("most mail programs show no <"+t.Data+">", "link a picture to a page that has it")
		}
	}
	if positioned.MatchString(a["style"]) {
		w.placed(w.at)
	}
}

func attributes(t html.Token) map[string]string {
	a := map[string]string{}
	for _, x := range t.Attr {
		if _, twice := a[x.Key]; !twice {
			a[x.Key] = x.Val
		}
	}
	return a
}

func (w *walk) picture(a map[string]string) {
	w.pictures++
	if _, ok := a["alt"]; !ok {
		w.warn("the picture has no alt text: Outlook and others show no pictures at first, and nothing stands there",
			`write alt="what it shows", or alt="" where it is decoration`)
	}
	src := strings.TrimSpace(a["src"])
	if w.told == nil {
		w.told = map[string]bool{}
	}
	w.told[src] = true
	switch _, tried := w.sent[src]; {
	case strings.HasPrefix(strings.ToLower(src), "data:"):
		w.warn("Gmail and Outlook show no picture that is written into the letter (data:)", "put it on the web, and its address here")
	case tried || w.local(src):
		w.goesAlong(src)
	}
}

// others looks at backgrounds, and at the pictures that Outlook alone is shown.
func (w *walk) others(text string) {
	masked, _ := mask(text)
	for _, f := range shownFiles(masked) {
		if !w.told[f.path] {
			w.at = f.at
			w.goesAlong(f.path)
		}
	}
}

// goesAlong tells of a picture that is a file of the writer's and is not sent.
func (w *walk) goesAlong(src string) {
	err, tried := w.sent[src]
	switch {
	case tried && err == nil:
	case tried:
		w.lost("the picture "+quoted(src)+" cannot be sent along: "+err.Error(), "correct its name, which is taken from the letter's own folder; or put it on the web, and write its whole address: https://...")
	case strings.Contains(src, hole):
		w.lost("the picture "+quoted(holes.ReplaceAllString(src, "{{...}}"))+" is a file whose name changes with the row: it cannot be sent along",
			"put the pictures on the web, and write their whole address: https://...; or attach them")
	default:
		w.lost("the picture "+quoted(src)+" is a file of yours: nobody who gets the letter sees it", "put it on the web, and write its whole address: https://...")
	}
}

func (w *walk) link(a map[string]string) {
	href, ok := a["href"]
	switch href = strings.TrimSpace(href); {
	case ok && (href == "" || href == "#"):
		w.warn("the link leads nowhere", "write its whole address: https://...")
	case w.local(href):
		w.lost("the link "+quoted(holes.ReplaceAllString(href, "{{...}}"))+" leads to a file of yours: nobody who gets the letter can open it", "write its whole address: https://...; or attach the file")
	}
}

// lost is an error, unless a <base> may say where the file is.
func (w *walk) lost(message, hint string) {
	sev := campaign.Error
	if w.based {
		sev, hint = campaign.Warning, hint+"; many mail programs pass over <base>"
	}
	w.found = append(w.found, pitfall{w.at, sev, message, hint})
}

var (
	schemed = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)
	drive   = regexp.MustCompile(`^[A-Za-z]:[\\/]`) // of Windows
)

// beginning is how much of an address may be its scheme.
func beginning(address string) int {
	if end := strings.IndexAny(address, "/?#"); end >= 0 {
		return end
	}
	return len(address)
}

// local says whether an address means a file of the writer's: no scheme, and
// no action, which may bring one.
func (w *walk) local(address string) bool {
	switch {
	case address == "", address[0] == '#', strings.HasPrefix(address, "//"):
		return false
	case drive.MatchString(address):
		return true
	case strings.Contains(address[:beginning(address)], hole):
		return false // the scheme may come from it
	case strings.HasPrefix(strings.ToLower(address), "file:"):
		return true
	}
	return !schemed.MatchString(address)
}

// clipped is where Gmail cuts the HTML of a message off, in bytes.
const clipped = 102 << 10

func judgeSize(row *campaign.Row, size int) campaign.Problems {
	if size <= clipped {
		return nil
	}
	return campaign.Problems{rowProblem(campaign.Warning, row, "",
		"the letter has more than 102 KB of HTML: Gmail cuts it off there, the unsubscribe link with it",
		"make it shorter, or take out what a designer's program has left in it")}
}
