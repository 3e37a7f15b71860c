package campaign

// A Row is one row of a list, its cells beside the header they stand under.
// Columns is shared by all rows of a source; Values is as long as Columns.
type Row struct {
	Source  string   `json:"source"` // file, as the campaign names it
	Sheet   string   `json:"sheet,omitempty"`
	Number  int      `json:"row"` // as a spreadsheet numbers it, the header being 1
	Left    int      `json:"-"`   // columns of the file before the first of Columns
	Columns []string `json:"-"`   // headers as written
	Values  []string `json:"values"`
}

// Value is the cell under the exact header.
func (r Row) Value(column string) (string, bool) {
	for i, c := range r.Columns {
		if c == column && i < len(r.Values) {
			return r.Values[i], true
		}
	}
	return "", false
}

// A Recipient is a person on the list, known by Address and, with
// `duplicates: each`, Key.
type Recipient struct {
	Row            // the row that the letter is filled from (the first, of a group)
	Address string // normalised: trimmed, NFC, lower case, domain as A-label; of a bad row the cell as it was
	Key     string // "" unless duplicates: each
	Name    string // display name for To; may be empty
	Rows    []Row  // with duplicates: group, all rows of the address, Row being the first; else nil
}

// An Entry is one row's share in a campaign: a message to send, a row of a
// group whose message stands elsewhere, or a row that gets nothing and why.
type Entry struct {
	Recipient
	Member      bool         // a further row of a group: it belongs to the message of the entry with this Address and Key
	Skip        string       // "" or one of the Skip codes
	Reason      string       // in words, for a skipped row
	Recipients  int          // addresses that the message counts for: To + Cc + Bcc
	Attachments []Attachment // of this message alone; those of every message are the Letter's
	SHA256      string       // hex, of what the letter is filled from: to tell changed rows
}

// An Attachment is a file that goes with a message; the bytes are kept apart,
// once for each SHA-256.
type Attachment struct {
	Name   string `json:"name"` // file name shown to the recipient
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"` // bytes

	// Of a picture in the letter: its id, without angle brackets, and how the
	// letter names it. "" = it stands beside the letter.
	ContentID string `json:"content_id,omitempty"`
	Source    string `json:"source,omitempty"`
}

// A Source is what was understood of one list file.
type Source struct {
	File      string   `json:"file"`
	Format    string   `json:"format"` // csv, tsv, xlsx
	Encoding  string   `json:"encoding"`
	Delimiter string   `json:"delimiter"`
	Quote     Quote    `json:"quote,omitempty"` // of a text
	Sheet     string   `json:"sheet"`
	Range     string   `json:"range,omitempty"` // of the sheet that was read; "" = all of it
	Left      int      `json:"-"`               // columns of the sheet before it
	HeaderRow int      `json:"header_row"`      // where the headings stand, as a spreadsheet numbers rows; 0: it has none
	Rows      int      `json:"rows"`            // data rows, the header not counted
	Columns   []string `json:"columns"`

	HiddenColumns []string `json:"hidden_columns,omitempty"` // those of Columns that the sheet hides; read like others

	EmailIndex int `json:"-"` // which column holds the address
}

// A Letter is the text of the bodies before any row fills them.
type Letter struct {
	Subject   string `json:"subject"`
	HTML      string `json:"html,omitempty"`
	Markdown  string `json:"markdown,omitempty"`
	Text      string `json:"text,omitempty"`
	InlineCSS bool   `json:"inline_css"`
	Language  string `json:"language,omitempty"` // of dates and numbers, BCP 47; "" = English

	Attachments []Attachment `json:"attachments,omitempty"` // those that every message carries
	Files       []LetterFile `json:"files,omitempty"`       // attachments that are filled per row
}

// A LetterFile is an attachment that is a template; its file's ending says how
// it is filled.
type LetterFile struct {
	File string `json:"file"` // path, as the campaign file has it
	Name string `json:"name"` // that is shown, a template
	Text string `json:"text"`
}

// A Snapshot is what a campaign is resumed from, beside its entries.
type Snapshot struct {
	Campaign       Campaign
	Letter         Letter
	Sources        []Source
	SettingsSHA256 string // hex, of Campaign's JSON
	LetterSHA256   string // hex, of Letter's JSON and static attachments
	ListSHA256     string // hex, of all list files' bytes: equal means that no row need be read
	Origin         string // absolute path of the campaign file
}
