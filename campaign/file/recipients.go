package file

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tebar/campaign"
)

// listDraft is one list while it is being read.
type listDraft struct {
	campaign.List
	d   *draft
	key *node
}

func listKeys() []key[listDraft] {
	column := func(set func(*listDraft, string)) func(*reader, *node, *listDraft) {
		return func(r *reader, n *node, l *listDraft) {
			if text, ok := r.text(n); ok {
				set(l, text)
			}
		}
	}
	return []key[listDraft]{
		{name: "file", must: true, read: readListFile},
		{name: "sheet", read: column(func(l *listDraft, s string) { l.Sheet = s })},
		{name: "range", read: column(func(l *listDraft, s string) { l.Range = s })},
		{name: "password", read: func(r *reader, n *node, l *listDraft) { l.Password = r.secret(n) }},
		{name: "columns", read: readColumns},
		{name: "email", read: column(func(l *listDraft, s string) { l.Email = s })},
		{name: "name", read: column(func(l *listDraft, s string) { l.Name = s })},
		{name: "several", read: func(r *reader, n *node, l *listDraft) {
			if word, _ := r.choice(n, "error", "first"); word == "first" {
				l.Several = campaign.SeveralFirst
			}
		}},
		{name: "where", read: readWhere},
		{name: "duplicates", read: readDuplicates},
		{name: "key", read: func(r *reader, n *node, l *listDraft) { l.key = n; l.Key, _ = r.text(n) }},
		{name: "required", read: func(r *reader, n *node, l *listDraft) { l.Required = r.texts(n, r.text) }},
		{name: "unique", read: func(r *reader, n *node, l *listDraft) { l.Unique = r.texts(n, r.text) }},
		{name: "exclude", read: readExcludes},
		{name: "sort", read: func(r *reader, n *node, l *listDraft) { l.Sort = r.texts(n, r.text) }},
		{name: "limit", read: func(r *reader, n *node, l *listDraft) { l.Limit, _ = r.integer(n, 1, 100_000_000) }},
		{name: "sample", read: readSample},
		{name: "hidden", read: func(r *reader, n *node, l *listDraft) {
			word, _ := r.choice(n, "skip", "keep")
			l.Hidden = campaign.Hidden(word)
		}},
		{name: "delimiter", read: readDelimiter},
		{name: "quote", read: func(r *reader, n *node, l *listDraft) {
			word, _ := r.choice(n, "double", "single")
			l.Quote = campaign.Quote(word)
		}},
		{name: "encoding", read: readEncoding},
		{name: "on_bad_row", read: func(r *reader, n *node, l *listDraft) {
			word, _ := r.choice(n, "skip", "stop")
			l.StopOnBad = word == "stop"
		}},
	}
}

// readSample reads a number of people, or a share of them.
func readSample(r *reader, n *node, l *listDraft) {
	if text, ok := strings.CutSuffix(n.text, "%"); ok && n.kind == textNode {
		share, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || !(share > 0 && share <= 100) {
			r.fail(n, "write a number of people, or a share like 10%", "%s: %q is no share", n.path, shorten(n.text))
			return
		}
		l.SamplePercent = share
		return
	}
	l.Sample, _ = r.integer(n, 1, 100_000_000)
}

func readRecipients(r *reader, n *node, d *draft) {
	switch {
	case n.kind == textNode && r.glued(n, names(listKeys())):
	case n.kind == textNode:
		r.fail(n, "write recipients: {file: "+shorten(n.text)+"}", "`recipients` wants a group of keys or a list of them")
	case n.kind == listNode && len(n.items) == 0:
		r.fail(n, "write {file: people.csv}", "`recipients` is an empty list")
	case n.kind == listNode:
		for _, i := range n.items {
			readList(r, i, d)
		}
	default:
		readList(r, n, d)
	}
}

func readList(r *reader, n *node, d *draft) {
	l := listDraft{d: d}
	if !readMap(r, n, listKeys(), &l) {
		return
	}
	duplicates := n.find("duplicates")
	switch {
	case l.Duplicates == campaign.DuplicatesEach && l.key == nil:
		r.fail(duplicates, "add key: COLUMN, the column that tells one person's mails apart", "`duplicates: each` needs a key")
	case l.key != nil && (duplicates == nil || duplicates.text != "each"):
		r.fail(l.key, "add duplicates: each, or take key out", "`key` works with `duplicates: each` only")
	}
	r.onlyFor(n, l.File)
	d.Lists = append(d.Lists, l.List)
}

// onlyFor tells of keys that mean nothing for the kind of file; they are no
// error, so that a list may be changed from one kind to another. A range is
// one: without it, more people would get mail than it names.
func (r *reader) onlyFor(n *node, file string) {
	book := extension(file) == ".xlsx" || extension(file) == ".xlsm"
	if file == "" {
		return
	}
	if at := n.find("range"); at != nil && !book {
		r.fail(at, "take it out, or save the list as .xlsx", "%s works with an Excel workbook only, and %s is a text file", at.name(), shorten(file))
	}
	wrong, kind := []string{"sheet", "hidden", "password"}, "a text file"
	if book {
		wrong, kind = []string{"delimiter", "quote", "encoding"}, "an Excel workbook"
	}
	for _, name := range wrong {
		if at := n.find(name); at != nil {
			r.warn(at, "take it out", "%s means nothing for %s, which is %s", at.name(), shorten(file), kind)
		}
	}
}

func readListFile(r *reader, n *node, l *listDraft) {
	l.File, _ = r.listPath(n, l.d)
}

// foreign are files that people have their lists in, and what to do.
var foreign = map[string][2]string{
	".xls":     {"an old Excel workbook (before 2007)", "open it in Excel or LibreOffice and save it as .xlsx"},
	".xlsb":    {"a binary Excel workbook", "open it in Excel and save it as .xlsx"},
	".ods":     {"a LibreOffice workbook", "open it in LibreOffice and save it as .xlsx"},
	".numbers": {"an Apple Numbers document", "export it from Numbers as Excel or CSV"},
	".gsheet":  {"a link to Google Sheets", "download the sheet as .xlsx or .csv"},
	".json":    {"JSON", "export the list as .csv"},
	".vcf":     {"a file of contacts (vCard)", "export the contacts as .csv"},
	".docx":    {"a Word document", "copy its table into a workbook and save it as .xlsx"},
	".pdf":     {"a PDF", "ask for the list as .xlsx or .csv"},
}

// listPath reads the path of a list: a kind of file that can be read.
func (r *reader) listPath(n *node, d *draft) (string, bool) {
	name, ok := r.filePath(n, d, false)
	if !ok {
		return "", false
	}
	ext := extension(name)
	if contains([]string{".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}, ext) {
		return name, true
	}
	if f, known := foreign[ext]; known {
		r.fail(n, f[1], "%s: %s is %s, which Tebar does not read", n.path, shorten(name), f[0])
	} else {
		r.fail(n, "name a .csv, .tsv, .txt, .xlsx or .xlsm file", "%s: %s has an ending that Tebar does not know", n.path, shorten(name))
	}
	return "", false
}

// readColumns reads the headings of a list that has none.
func readColumns(r *reader, n *node, l *listDraft) {
	l.Columns = r.texts(n, r.text)
	seen := map[string]bool{}
	for i, name := range l.Columns {
		if seen[name] {
			at := n
			if n.kind == listNode && i < len(n.items) {
				at = n.items[i]
			}
			r.fail(at, "give each column a name of its own", "%s: two columns are called %s", n.path, shorten(name))
		}
		seen[name] = true
	}
}

// readWhere keeps line ends: a longer condition may stand behind |.
func readWhere(r *reader, n *node, l *listDraft) {
	if n.kind == textNode && n.style == block {
		flat := *n
		flat.text = strings.Join(strings.Fields(n.text), " ")
		n = &flat
	}
	text, ok := r.exact(n)
	if ok && !isTemplate(text) {
		r.fail(n, `write a template like '{{eq .status "active"}}'`, "%s holds no {{ }}, so it is the same for every row", n.name())
		return
	}
	l.Where = text
}

func readDuplicates(r *reader, n *node, l *listDraft) {
	word, _ := r.choice(n, "first", "last", "group", "each")
	l.Duplicates = campaign.Duplicates(word)
}

var delimiters = map[string]string{"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

func readDelimiter(r *reader, n *node, l *listDraft) {
	if n.kind == textNode && n.text == "\t" {
		l.Delimiter = "\t"
		return
	}
	text, ok := r.text(n)
	if !ok {
		return
	}
	if d, named := delimiters[text]; named {
		l.Delimiter = d
		return
	}
	c, size := utf8.DecodeRuneInString(text)
	if size != len(text) || unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsSpace(c) || strings.ContainsRune(`"'@.`, c) {
		r.fail(n, `write ",", ";", tab, "|" or another single sign`, "%s: %q cannot part columns", n.path, shorten(text))
		return
	}
	l.Delimiter = text
}

var charset = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:+()-]{0,39}$`)

func readEncoding(r *reader, n *node, l *listDraft) {
	text, ok := r.text(n)
	if ok && !charset.MatchString(text) {
		r.fail(n, "write a name like utf-8, windows-1252 or shift_jis", "%s: %q is not the name of an encoding", n.path, shorten(text))
		return
	}
	l.Encoding = text
}
