package campaign

import "time"

// A Delivery is one line of a report: one row of the list and what became of it.
type Delivery struct {
	Email     string // the normalised address; of a bad row the cell as it was
	Name      string
	State     State
	Reason    string // in words: why skipped, failed, deferred
	Account   string
	MessageID string
	Attempts  int
	SentAt    time.Time // when the server accepted; zero if it did not
	Code      int       // of the last reply
	Enhanced  string
	Response  string
	Version   int    // of settings and letter that the person got, or would get
	SHA256    string // of the message's bytes, hex; "" before it was sent
	RetryAt   time.Time
	Row       Row
}

// A Version is one acceptance of a campaign's settings, letter and list.
type Version struct {
	Number         int       `json:"version"` // 1, 2, ...
	At             time.Time `json:"at"`
	Host           string    `json:"host"`
	User           string    `json:"user"`
	SettingsSHA256 string    `json:"settings_sha256"`
	LetterSHA256   string    `json:"letter_sha256"`
	ListSHA256     string    `json:"list_sha256"`
	Changes        string    `json:"changes"` // in words; "first run"
}

// Changes are what differs between the store's snapshot and the files.
type Changes struct {
	Added, Removed, Changed int      // messages
	Excluded                int      // messages that exclude, where or suppression now take away
	Letter                  []string // what of the letter differs: "body.html", "subject"
	Settings                []string // keys that differ: "limits"
	Examples                []string // a few rows, in words: "added: tono@example.org (people.csv row 7)"
}

// Any says whether anything differs.
func (c Changes) Any() bool {
	return c.Added+c.Removed+c.Changed+c.Excluded+len(c.Letter)+len(c.Settings) > 0
}

// NeedAcceptance is false for changes that only take people away.
func (c Changes) NeedAcceptance() bool {
	return c.Added+c.Changed+len(c.Letter)+len(c.Settings) > 0
}

// AccountStatus is what `tebar accounts` shows.
type AccountStatus struct {
	Account     string       `json:"account"`
	Limits      []LimitUsage `json:"limits"`
	LockedUntil *time.Time   `json:"locked_until"`
	LockReason  string       `json:"lock_reason"`
	Future      int          `json:"future,omitempty"` // entries that lie in the future: the clock went back
}

// LimitUsage is one limit of an account and what of it is used now.
type LimitUsage struct {
	Limit  string     `json:"limit"`
	Max    int        `json:"max"`
	Window int64      `json:"window_s"` // seconds
	Used   int        `json:"used"`
	FreeAt *time.Time `json:"free_at"` // when the next recipient is free; null = now
}
