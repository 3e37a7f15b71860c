package recipients

import (
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"

	"tebar/campaign"
)

// columns are the places of the columns that the campaign names, 0-based; -1
// where there is none.
type columns struct {
	email    int
	name     int
	key      int
	required []int
	unique   []int
	sort     []sortColumn
	exclude  []int // one for each exclude; the e-mail column where it names none
}

// emailNames are the headings, folded, that are taken for the e-mail column.
var emailNames = map[string]bool{
	"email": true, "mail": true, "emailaddress": true, "mailaddress": true, "emailid": true, "emails": true,
	"surel": true, "alamatemail": true, "alamatsurel": true, "alamatemel": true, "emel": true,
	"correo": true, "correoelectronico": true, "correoelectrónico": true, "direccióndecorreo": true,
	"courriel": true, "adressemail": true, "adresseemail": true, "adressecourriel": true, "adresseélectronique": true,
	"emailadresse": true, "mailadresse": true, "emailadres": true, "mailadres": true, "adresemail": true,
	"epost": true, "epostadress": true, "epostadresse": true, "eposta": true, "epostaadresi": true,
	"indirizzoemail": true, "indirizzomail": true, "postaelettronica": true,
	"endereçodeemail": true, "enderecodeemail": true, "correioeletrônico": true, "correioeletronico": true,
	"メール": true, "メールアドレス": true, "eメール": true, "电子邮件": true, "电子邮箱": true, "邮箱": true, "電子郵件": true,
	"이메일": true, "почта": true, "электроннаяпочта": true, "имейл": true, "البريدالإلكتروني": true, "อีเมล": true,
}

// foldName makes headings comparable: letters and digits only, lower case.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// locate settles the columns of a list. Where the e-mail column is missing or
// doubtful, email is -1 and a problem says so.
func (t *table) locate(l campaign.List) (columns, campaign.Problems) {
	f := finder{table: t}
	c := columns{email: f.email(l.Email), name: -1, key: -1}
	if l.Name != "" {
		c.name = f.named("recipients.name", l.Name)
	}
	if l.Duplicates == campaign.DuplicatesEach {
		c.key = f.named("recipients.key", l.Key)
	}
	for _, name := range l.Required {
		c.required = f.append(c.required, "recipients.required", name)
	}
	for _, name := range l.Unique {
		c.unique = f.append(c.unique, "recipients.unique", name)
	}
	for _, name := range l.Sort {
		name, descending := strings.CutPrefix(name, "-")
		if at := f.named("recipients.sort", name); at >= 0 {
			c.sort = append(c.sort, sortColumn{at, descending})
		}
	}
	for _, e := range l.Exclude {
		at := c.email
		if e.On != "" {
			at = f.named("recipients.exclude.on", e.On)
		}
		c.exclude = append(c.exclude, at)
	}
	t.source.EmailIndex = max(c.email, 0)
	return c, f.problems
}

// A finder looks columns up and collects what is wrong.
type finder struct {
	table    *table
	problems campaign.Problems
}

// named is the column with exactly this heading, else the one that differs in
// case or spaces only, else -1 and a problem.
func (f *finder) named(key, name string) int {
	var alike []string
	at := -1
	for i, n := range f.table.names {
		if n == strings.TrimSpace(name) {
			return i
		}
		if strings.EqualFold(n, strings.TrimSpace(name)) {
			alike, at = append(alike, n), i
		}
	}
	if len(alike) == 1 {
		return at
	}
	p := f.problem("`" + key + "` names a column " + shown(name) + " that is not there")
	if len(alike) > 1 {
		p.Message = "`" + key + "` names a column " + shown(name) + ", and several are alike: " + quotedList(alike)
	}
	p.Hint = "the columns are " + quotedList(f.table.names)
	if near := nearest(name, f.table.names); near != "" {
		p.Hint = "did you mean " + shown(near) + "? " + p.Hint
	}
	f.problems = append(f.problems, p)
	return -1
}

func (f *finder) append(list []int, key, name string) []int {
	if at := f.named(key, name); at >= 0 {
		return append(list, at)
	}
	return list
}

func (f *finder) problem(message string) campaign.Problem {
	return campaign.Problem{Severity: campaign.Error, File: f.table.file.name, Row: f.table.header.number, Message: message}
}

// email is the column of the addresses: the named one, or the only one whose
// heading is a usual one.
func (f *finder) email(name string) int {
	if name != "" {
		return f.named("recipients.email", name)
	}
	var found []string
	at := -1
	for i, n := range f.table.names {
		if headsAddresses(n, "") {
			found, at = append(found, n), i
		}
	}
	if len(found) == 1 {
		return at
	}
	p := f.problem("no column is named email, e-mail or mail; the columns are " + quotedList(f.table.names))
	p.Hint = "name the one that holds the addresses: `email: HEADING` under recipients"
	if len(found) > 1 {
		p.Message = "several columns may hold the address: " + quotedList(found)
		p.Hint = "say which: `email: " + found[0] + "` under recipients"
	} else if f.holdsAddress() {
		p.Message = "the first row holds data, not headings: " + quotedList(f.table.names)
		p.Hint = "put a row of headings above it, such as email,name; or name the columns under recipients: `columns: [email, name]`"
	} else if len(f.table.names) == 1 && len(f.table.source.Delimiter) > 0 {
		p.Hint += "; or, if it should be several columns, `delimiter:`"
	}
	f.problems = append(f.problems, p)
	return -1
}

// holdsAddress says whether the header is a row of data: a list without one.
func (f *finder) holdsAddress() bool {
	return slices.ContainsFunc(f.table.names, isAddress)
}

// nearest is the heading most like a name, "" where none is near.
func nearest(name string, names []string) string {
	best, distance := "", 4
	for _, n := range names {
		d := levenshtein.ComputeDistance(foldName(name), foldName(n))
		if d < distance && d < len([]rune(n)) {
			best, distance = n, d
		}
	}
	return best
}
