package file

import (
	"path/filepath"
	"strings"

	"tebar/campaign"
)

// Options are what Load needs to know beside the file.
type Options struct {
	Zone     string // default time zone (IANA) where the file names none; "" = UTC
	Accounts string // path of accounts.yaml; "" or not existing = none
}

// Load reads a campaign file. The error is for a file that cannot be read at
// all (not there, a folder, larger than 1 MB); it wraps its cause and carries
// a campaign.HintError. Everything else is a Problem, all of them at once, in
// the order of the file. Where a Problem is an Error the campaign is what was
// understood; it is nil only where the YAML cannot be parsed.
func Load(path string, opts Options) (*campaign.Campaign, campaign.Problems, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, nil, err
	}
	c, problems := read(path, data, opts)
	return c, problems, nil
}

// read is Load for a file's bytes.
func read(path string, data []byte, opts Options) (*campaign.Campaign, campaign.Problems) {
	r, root := parse(path, data)
	if root == nil {
		if len(r.problems) == 0 {
			r.fail(&node{line: 1, column: 1}, "`tebar init DIR` writes a file to begin with", "the file is empty")
		}
		return nil, r.finish()
	}
	d := newDraft(root)
	readMap(r, root, campaignKeys(), d)
	accounts, problems := r.accountsFor(opts.Accounts, root)
	r.resolve(d, accounts, opts.Zone)
	if abs, err := filepath.Abs(path); err == nil {
		d.File, d.Folder = abs, filepath.Dir(abs)
	}
	return &d.Campaign, append(r.finish(), problems...)
}

// parse makes a tree of a YAML file's bytes. The root is nil where that is
// impossible, and the reader then holds the reason; or where the file is empty.
func parse(path string, data []byte) (*reader, *node) {
	text, ok := decode(data)
	r := &reader{meant: map[string]bool{}, src: &source{name: path, lines: splitLines(text), mended: map[int]int{}}}
	if !ok {
		r.badText()
		return r, nil
	}
	return r, r.parse()
}

// badText names the first character that is not UTF-8.
func (r *reader) badText() {
	for i, line := range r.src.lines {
		if before, _, found := strings.Cut(line, "\ufffd"); found {
			r.fail(&node{line: i + 1, column: len([]rune(before)) + 1}, "save the file as UTF-8 in your editor",
				"the file is not UTF-8 text: this character is in another encoding")
			return
		}
	}
	r.fail(&node{line: 1, column: 1}, "save the file as UTF-8 in your editor", "the file is not UTF-8 text")
}

func newDraft(root *node) *draft {
	d := &draft{root: root}
	d.Body.InlineCSS = true
	d.Retry, d.StopWhen = defaultRetry, defaultStopWhen
	d.sender.at = root.find("sender")
	return d
}
