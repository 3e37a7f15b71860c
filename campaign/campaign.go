package campaign

import (
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// A Campaign is one campaign file after validation: every default resolved,
// every preset applied. Its JSON is the settings part of the snapshot; File,
// Folder and secrets are no part of it (secrets stand as references).
type Campaign struct {
	Name         string            `json:"name"` // [a-z0-9-], the identity in the store
	From         Address           `json:"from"`
	ReplyTo      []string          `json:"reply_to,omitempty"` // templates, each giving an address list or nothing
	Cc           []string          `json:"cc,omitempty"`
	Bcc          []string          `json:"bcc,omitempty"`
	Subject      string            `json:"subject"`            // template
	Language     string            `json:"language,omitempty"` // of dates, numbers and plurals in all that is filled per row, BCP 47; "" = English
	Body         Body              `json:"body"`
	Attachments  []Enclosure       `json:"attachments,omitempty"`
	Headers      map[string]string `json:"headers,omitempty"` // name -> value template
	AllowOutside bool              `json:"allow_outside,omitempty"`
	Lists        []List            `json:"recipients"`
	Sender       Sender            `json:"sender"`
	Limits       []Limit           `json:"limits"`  // the account's, before Reserve
	Reserve      int               `json:"reserve"` // recipients a day kept for the owner's own mail
	Schedule     Schedule          `json:"schedule"`
	Retry        Retry             `json:"retry"`
	StopWhen     StopWhen          `json:"stop_when"`
	Unsubscribe  Unsubscribe       `json:"unsubscribe"`

	File   string `json:"-"` // absolute path of the campaign file; "" when read from the store
	Folder string `json:"-"` // absolute path of its folder
}

// Path makes a path of the campaign file absolute ("/" works everywhere).
func (c *Campaign) Path(name string) string {
	name = filepath.FromSlash(name)
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.Folder, name)
}

// EffectiveLimits are the limits with the reserve taken off.
func (c *Campaign) EffectiveLimits() []Limit { return Effective(c.Limits, c.Reserve) }

// Account is the key of the account that the provider counts on.
func (c *Campaign) Account() string { return c.Sender.AccountKey(c.From, c.Name) }

// Body names the letter's files, relative to the campaign file; at least one
// of HTML, Markdown, Text is set, and not both HTML and Markdown.
type Body struct {
	HTML      string `json:"html,omitempty"`
	Markdown  string `json:"markdown,omitempty"`
	Text      string `json:"text,omitempty"`
	InlineCSS bool   `json:"inline_css"`
}

// Duplicates says what becomes of rows of one address that differ.
type Duplicates string

// Ways to treat rows of one address. The zero value makes them an error.
const (
	DuplicatesError Duplicates = ""
	DuplicatesFirst Duplicates = "first"
	DuplicatesLast  Duplicates = "last"
	DuplicatesGroup Duplicates = "group"
	DuplicatesEach  Duplicates = "each" // one mail per address and key column
)

// Hidden says what becomes of hidden and filtered rows of a workbook. The
// zero value makes them an error.
type Hidden string

// Ways to treat hidden rows.
const (
	HiddenError Hidden = ""
	HiddenSkip  Hidden = "skip"
	HiddenKeep  Hidden = "keep"
)

// Quote says what encloses the cells of a text list. The zero value is found.
type Quote string

// Kinds of quotes.
const (
	QuoteDouble Quote = "double"
	QuoteSingle Quote = "single"
)

// Several says what becomes of a cell that holds several addresses. The zero
// value makes a bad row of it.
type Several string

// SeveralFirst takes the first address, and leaves the others out.
const SeveralFirst Several = "first"

// A List is one source of recipients.
type List struct {
	File       string     `json:"file"`
	Sheet      string     `json:"sheet,omitempty"`
	Range      string     `json:"range,omitempty"`    // of a workbook: cells, a defined name or a table; "" = the whole sheet
	Password   string     `json:"password,omitempty"` // of an encrypted workbook, as a reference to a secret; never the secret
	Columns    []string   `json:"columns,omitempty"`  // headings of a list that has none; empty = it has
	Email      string     `json:"email,omitempty"`    // column header; "" = find it
	Name       string     `json:"name,omitempty"`     // column header of the display name
	Several    Several    `json:"several,omitempty"`
	Where      string     `json:"where,omitempty"` // template that prints true or false
	Duplicates Duplicates `json:"duplicates,omitempty"`
	Key        string     `json:"key,omitempty"` // column header, with DuplicatesEach
	Required   []string   `json:"required,omitempty"`
	Unique     []string   `json:"unique,omitempty"`
	Exclude    []Exclude  `json:"exclude,omitempty"`
	Sort       []string   `json:"sort,omitempty"`   // column headers, "-" before one that descends; empty = the list's order
	Limit      int        `json:"limit,omitempty"`  // at most so many people get mail; 0 = all
	Sample     int        `json:"sample,omitempty"` // so many people, at random; 0 = all
	Hidden     Hidden     `json:"hidden,omitempty"`
	Delimiter  string     `json:"delimiter,omitempty"` // one character; "" = detect
	Quote      Quote      `json:"quote,omitempty"`
	Encoding   string     `json:"encoding,omitempty"` // IANA name; "" = detect
	StopOnBad  bool       `json:"stop_on_bad,omitempty"`

	SamplePercent float64 `json:"sample_percent,omitempty"` // instead of Sample: 0 to 100
}

// Sampled says that only some people get mail, at random.
func (l List) Sampled() bool { return l.Sample > 0 || l.SamplePercent > 0 }

// Chooses says that who gets mail, or when, depends on more than a row.
func (l List) Chooses() bool { return l.Limit > 0 || l.Sampled() || len(l.Sort) > 0 }

// An Exclude takes addresses off a list: by a file, or by another campaign's
// states. It is read again at every run.
type Exclude struct {
	File     string  `json:"file,omitempty"`
	On       string  `json:"on,omitempty"`       // column to compare, in both files; "" = the e-mail column
	Password string  `json:"password,omitempty"` // of an encrypted workbook, as a reference to a secret
	Campaign string  `json:"campaign,omitempty"` // instead of File
	States   []State `json:"states,omitempty"`   // of that campaign; empty = all accepted and unconfirmed
}

// Schedule is when a campaign may send. Days, hours and dates are in Zone.
type Schedule struct {
	Start  time.Time      `json:"start,omitzero"`
	End    time.Time      `json:"end,omitzero"` // nothing is sent at or after it
	Zone   string         `json:"timezone"`     // IANA name; never empty
	Days   []time.Weekday `json:"days,omitempty"`
	Hours  []Hours        `json:"hours,omitempty"`
	Skip   []DateRange    `json:"skip_dates,omitempty"`
	Pace   Pace           `json:"pace"`
	Spread bool           `json:"spread,omitempty"`
}

// Location loads Zone, from the disk the first time only, since every message
// asks for it; an unknown zone, which file.Load has refused, is UTC.
func (s Schedule) Location() *time.Location {
	if loc, ok := zones.Load(s.Zone); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	zones.Store(s.Zone, loc)
	return loc
}

var zones sync.Map // of *time.Location by name

// AllowsDay says whether the weekday is among Days; empty Days allow all.
func (s Schedule) AllowsDay(d time.Weekday) bool {
	return len(s.Days) == 0 || slices.Contains(s.Days, d)
}

// Hours is a span of a day by the wall clock, in minutes after midnight; To is
// excluded, 0..1440. To <= From crosses midnight and belongs to the day it
// begins.
type Hours struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// DateRange is From to To, both included, as "2027-03-20" in the schedule's zone.
type DateRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Pace is the pause between two messages of one account: a draw from Min to Max.
type Pace struct {
	Min time.Duration `json:"min"`
	Max time.Duration `json:"max"`
}

// Retry is how a deferred message is tried again. Attempts include the first.
type Retry struct {
	Attempts int           `json:"attempts"`
	First    time.Duration `json:"first"`
	Factor   float64       `json:"factor"`
	Max      time.Duration `json:"max"`
}

// After is the wait after attempt n (1, 2, ...): First * Factor^(n-1), at most Max.
func (r Retry) After(n int) time.Duration {
	wait := float64(r.First)
	for range n - 1 {
		if wait *= r.Factor; wait >= float64(r.Max) {
			return r.Max
		}
	}
	return min(r.Max, time.Duration(wait))
}

// StopWhen ends a run when too much fails: at least After messages tried since
// it started, and a share of Failed (0..1) of them failed. Failed 0 switches it off.
type StopWhen struct {
	Failed float64 `json:"failed"`
	After  int     `json:"after"`
}

// Unsubscribe is what List-Unsubscribe offers (RFC 2369, RFC 8058).
type Unsubscribe struct {
	None    bool   `json:"none,omitempty"`
	Mailto  string `json:"mailto,omitempty"`  // address; with Subject
	Subject string `json:"subject,omitempty"` // default "unsubscribe NAME"
	URL     string `json:"url,omitempty"`     // https, one-click; may be a template
}
