package templates

import (
	"strings"
	"testing"
	"time"

	"tebar/campaign"
)

var cells = map[string]string{
	"name": "Siti", "none": "", "blank": "  ", "caps": "RINA o'brien McDonald jean-luc", "paid": " YA ",
	"unpaid": "no", "n": "3", "one": "1", "price": "1234567.5", "idprice": "1.234.567,50", "odd": "1.234", "day": "2027-03-31",
	"long": "Ägyptische Prüfung 日本語のテキスト", "emoji": "👩‍👩‍👧 family", "phone": "+62 (21) 555-12", "big": "12345678901234567",
}

func fillCells(t *testing.T, template string) (string, error) {
	t.Helper()
	var row campaign.Row
	for c, v := range cells {
		row.Columns, row.Values = append(row.Columns, c), append(row.Values, v)
	}
	f, err := ParseField("cc", template, "")
	if err != nil {
		t.Fatalf("%s: %v", template, err)
	}
	return f.Execute(campaign.Recipient{Row: row})
}

func TestFunctions(t *testing.T) {
	for template, want := range map[string]string{
		`{{.name | default "friend"}} {{.none | default "friend"}} {{default "friend" .blank}} {{default 0 .none}}`: "Siti friend friend 0",
		`{{coalesce .none .blank .name}}|{{coalesce .none .none}}`:                                                  "Siti|",
		`{{yes .paid}} {{yes .unpaid}} {{yes .one}} {{yes .none}} {{yes "Benar"}} {{yes "X"}} {{yes "on"}}`:         "true false true false true true true",
		`{{ternary "paid" "open" (yes .paid)}} {{empty .none}} {{all .name .none}} {{any .name .none}}`:             "paid true false true",
		`{{upper .name}} {{.name | lower}} {{trim .blank}}|{{title .caps}}`:                                         "SITI siti |Rina O'brien McDonald Jean-Luc",
		`{{capitalize "élan"}} {{uncapitalize "Élan"}} {{nospace "a b"}} {{quote .name}} {{squote .name}}`:          `Élan élan ab "Siti" 'Siti'`,
		`{{truncate 4 .long}} {{truncate 22 .long}} {{truncate 100 .name}} {{truncate 3 .emoji}}`:                   "Ägy… Ägyptische Prüfung 日本… Siti …",
		`{{contains "it" .name}} {{replace "i" "ee" .name}} {{join "+" (split "," "a,,b")}}`:                        "true Seetee a+b",
		`{{hasPrefix "S" .name}} {{hasSuffix "x" .name}} {{trimPrefix "S" .name}} {{trimSuffix "i" .name}}`:         "true false iti Sit",
		`{{plural "guest" "guests" .n}} {{plural "guest" "guests" .one}} {{len .name | plural "a" "b"}}`:            "guests guest b",
		`{{number .price}} {{number .idprice}} {{number "1.234,50" .price}} {{number "1234" .price}}`:               "1,234,567.5 1,234,567.5 1.234.567,50 1234568",
		`{{number .none}}|{{number .big}} {{number "1 234,5" -1234.55}} {{number 7}}`:                               "|12,345,678,901,234,567 -1 234,6 7",
		`{{add .n 1}} {{add .n .one 0.1}} {{sub .n 5}} {{mul .n "1,500"}} {{div .n 2}} {{mod -1 .n}}`:               "4 4.1 -2 4500 1.5 2",
		`{{min .n 2 5}} {{max .n 2 5}} {{round 2.5}} {{floor -2.1}} {{ceil 2.1}} {{int "3.9"}} {{float "3.9"}}`:     "2 5 3 -3 3 3 3.9",
		`{{if gt (int .n) 2}}more{{end}} {{if eq .n "3"}}same{{end}}`:                                               "more same",
		`{{date "2 January 2006" .day}} {{.day | date "dd/mm/yyyy"}} {{date "full" .day}} {{date "iso" .none}}|`:    "31 March 2027 31/03/2027 Wednesday, 31 March 2027 |",
		`{{dateFrom "dd/mm/yyyy" "long" "3/4/2027"}} {{dateFrom "m/d/yy" "long" "03/04/27"}}`:                       "3 April 2027 4 March 2027",
		`{{len .long}} {{slice .long 0 5}} {{index .long 1}} {{slice .name 2}} {{printf "%.3s|%5d" .long 7}}`:       "27 Ägypt g ti Ägy|    7",
		`{{cid "a b/ü.png"}} {{tel .phone}}`:                                                                        "cid:a%20b%2F%C3%BC.png tel:+622155512",
		`{{field "name"}} {{"name" | field}} {{(field "name") | upper}} {{with .paid}}{{field "name"}}{{end}}`:      "Siti Siti SITI Siti",
		`{{len .rows}} {{range .rows}}{{field "name"}}{{end}} {{join "," (pluck "name" .rows)}}`:                    "1 Siti Siti",
		`{{range $i, $c := split "," "a,b"}}{{$i}}{{$c}}{{if $i}}{{break}}{{end}}{{end}}{{range 3}}{{.}}{{end}}`:    "0a1b012",
		`{{html "<"}} {{urlquery "a b"}} {{js "'"}} {{print 1 2}} {{println "x"}}`:                                  "&lt; a+b \\' 1 2 x\n",
		`{{not .none}} {{and .name .n}} {{or .none .n}} {{ne .n "4"}} {{cat .name .n}} {{trimAll "_" "_a_"}}`:       "true 3 3 true Siti 3 a",
	} {
		if got, err := fillCells(t, template); got != want || err != nil {
			t.Errorf("%s:\n got %q, %v\nwant %q", template, got, err, want)
		}
	}
}

func TestFunctionsRefuse(t *testing.T) {
	for template, want := range map[string]string{
		`{{.nope}}`:                    "{{.nope}} names no column",
		`{{field "Name"}}`:             `there is no column "Name"; did you mean "name"?`,
		`{{index . "nope"}}`:           `there is no column "nope"`,
		`{{index . "\x00row"}}`:        "there is no column",
		`{{pluck "nope" .rows}}`:       `there is no column "nope"`,
		`{{pluck "name" .name}}`:       "pluck needs rows",
		`{{index .name 9}}`:            "outside of a text of 4",
		`{{index .rows 1}}`:            "outside of a list of 1",
		`{{slice .name 3 9}}`:          "outside of a length of 4",
		`{{truncate 0 .name}}`:         "1 or more",
		`{{number .name}}`:             `"Siti" is no number`,
		`{{number .odd}}`:              `"1.234" can be 1234 or 1,234`,
		`{{number "#,##0" .n}}`:        "no pattern for a number",
		`{{add .none 1}}`:              "an empty cell is no number",
		`{{div .n 0}}`:                 "division by 0",
		`{{mod .n 0}}`:                 "division by 0",
		`{{plural "a" "b" .none}}`:     "an empty cell is no number",
		`{{date "iso" .name}}`:         `"Siti" is no date that can be read; write it as 2027-03-31`,
		`{{date "iso" "03/04/2027"}}`:  `"03/04/2027" can be two dates`,
		`{{date "iso" "31/02/2027"}}`:  "is no date",
		`{{date "1 March 2024" .day}}`: "is no layout for a date",
		`{{date "whenever" .day}}`:     "is no layout for a date",
		`{{date "ddddd" .day}}`:        `"ddddd" is not known`,
		`{{gt .n 2}}`:                  "incompatible types",
		`{{int .name}}`:                `"Siti" is no number`,
		`{{range .name}}{{end}}`:       "range can't iterate over",
	} {
		got, err := fillCells(t, template)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\x00") {
			t.Errorf("%s printed %q, %v; want an error with %q", template, got, err, want)
		}
	}
}

// What reads the outside, or can grow without end, is not offered.
func TestNotOffered(t *testing.T) {
	for _, name := range []string{
		"now", "today", "env", "expandenv", "getHostByName", "readFile", "include", "tpl", "uuid", "uuidv4", "randAlpha", "randInt",
		"shuffle", "repeat", "seq", "until", "trunc", "initials", "substr", "hello", "dateModify", "htmlDate", "ago", "call",
		"safeHTML", "safeURL", "htmlSafe", "genPrivateKey", "osBase", "toJson", "wrap",
	} {
		if _, err := ParseField("cc", "{{"+name+" 1}}", ""); err == nil {
			t.Errorf("%s is offered", name)
		}
	}
}

// Every date that a list shows reads as the same day.
func TestDatesAsListsShowThem(t *testing.T) {
	for _, s := range []string{
		"2027-12-31", "2027/12/31", "20271231", "2027-12-31 14:30", "2027-12-31T14:30:00Z", "2027-12-31T14:30:00+07:00",
		"2027-12-31 14:30:05", "31/12/2027", "12/31/2027", "31.12.2027", "31-12-2027", "31/12/27", "31 December 2027", "31 Dec 2027",
		"31-Dec-27", "31-Dec-2027", "December 31, 2027", "Dec 31, 2027", "Friday, 31 December 2027", "Fri, 31 Dec 2027",
		"31 Desember 2027", "31 Des 2027", "31/12/2027 14:30", "12/31/27 2:30 PM", "31 Dec 2027 14:30",
	} {
		got, err := date("iso", s)
		if err != nil || got != "2027-12-31" {
			t.Errorf("date of %q is %q, %v", s, got, err)
		}
	}
	for in, want := range map[string]string{"9:05": "09:05", "2:30 PM": "14:30", "14:30:59": "14:30", "2027-01-02 8:05": "08:05"} {
		if got, err := date("time", in); got != want || err != nil {
			t.Errorf("time of %q is %q, %v; want %q", in, got, err, want)
		}
	}
	for layout, want := range map[string]string{
		"d mmmm yyyy": "2 March 2027", "ddd dd-mm-yy": "Tue 02-03-27", "DD/MM/YYYY": "02/03/2027", "yyyy-mm-dd hh:mm:ss": "2027-03-02 09:04:05",
		"2006": "2027", "Monday": "Tuesday", "Jan 2": "Mar 2", "3:04 PM": "9:04 AM", "h:mm": "9:04",
	} {
		at := time.Date(2027, 3, 2, 9, 4, 5, 0, time.UTC)
		got, err := date(layout, at)
		if layout == "h:mm" {
			want = "09:04" // hours of 24, always two digits
		}
		if got != want || err != nil {
			t.Errorf("layout %q gives %q, %v; want %q", layout, got, err, want)
		}
	}
}
