//go:build system

package proof

import (
	"encoding/csv"
	"fmt"
	"strings"
)

// An addressee is a row of a list made here.
type addressee struct{ email, name, subject, note string }

// list writes people as a CSV file.
func list(people []addressee) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"email", "name", "topic", "note"})
	for _, p := range people {
		_ = w.Write([]string{p.email, p.name, p.subject, p.note})
	}
	w.Flush()
	return b.String()
}

// names are ones that a header has trouble with.
var names = []string{
	"Ani", "Dewi Lestari Wulandari", "Ni Luh Putu Sri Ayu Wahyuni", "Jürgen Müller-Lüdenscheidt", "Groß & Söhne (Köln)",
	"王小明", "歐陽菲菲", "محمد بن عبد الله", "عائشة", "שרה כהן", "Олена Ковальчук", "Nguyễn Thị Ánh Tuyết", "สมชาย ใจดี", "김민준",
	"Zoë 🌺 Lacroix", "👩‍👩‍👧‍👦", "🇮🇩 Rina", "O'Brien, Séamus", "Smith, John", `The "Boss" Tanaka`, "Pak Darmo @ Warung", "a.b.c", "Nom. Prénom",
	"Dr. h. c. Anna-Luise von und zu Hohenstein-Waldburg-Sonnenschein der Jüngeren", "  two   blanks  ", "Müller; Meier", "José (Pepe) García", "<Anna>",
	"इंदिरा शर्मा", "Ἀριστοτέλης", "ÅÄÖ", "e\u0301tude", "x", "semi;colon:colon", "[brackets]", "under_score?=", "100%",
	strings.Repeat("Wulandari ", 20) + "Panjang", strings.Repeat("漢字", 60), strings.Repeat("a", 200),
}

// topics stand in subjects.
var topics = []string{
	"open day", "Jumat, 13 Maret: hari terbuka", "您的預約已經確認，請於星期六上午九點準時到達學校大門口，並攜帶本郵件以及身份證件", "دعوة إلى اليوم المفتوح",
	"Grüße aus Köln: Straße, Fußgänger, Ärger", "🎉🎊 one emoji, then another 🥳", "a=?utf-8?q?b?= looks like an encoded word", strings.Repeat("long and plain ", 25),
	strings.Repeat("länger ", 50), strings.Repeat("漢", 300), strings.Repeat("x", 400), strings.Repeat("👨‍👩‍👧", 40), "ends in é", "é begins it",
	"a  b   c", "\"quotes\" and 'others'", "50 % off? no: 100 = 100", "under_score and =equals=", "Re: Fwd: (no subject)", "x", "comma, semicolon; colon: dot.",
	"tab\tinside", "soft\u00adhyphen and zero\u200bwidth", "\u202eright to left\u202c", "e\u0301 in two characters", "?=", "=?", "=?=?=?", strings.Repeat("é", 60), strings.Repeat("ab é ", 60),
}

// notes stand in bodies: what servers and mailboxes have been seen to change.
var notes = []string{
	"plain", ".", "..", ".dot first", "..two dots", "From here on", ">From there", "trailing blanks   ", "trailing tab\t", "\tleading tab", "   leading blanks",
	strings.Repeat("long", 500), strings.Repeat("ü", 700), strings.Repeat("漢", 400), strings.Repeat("word ", 300), strings.Repeat(" ", 100) + "x",
	"=3D =20 =", "100 % = 100", "--", "-- ", "--=_0123456789abcdef", "a\nb\n.\nc", "a\n\n\n\nb", "QUIT", "a\n.\nMAIL FROM:<x@example.org>\n.\nb", "{{.name}} stays",
	"<b>bold</b> & 'more'", "\"quoted\"", "emoji 👩‍🚀 and e\u0301", "nbsp\u00a0here", "tab\tin\tthe middle", "\u2028 and \u2029", "Subject: no header", "~!@#$%^&*()_+|}{\":?><`-=\\][';/.,",
	strings.Repeat("a", 75), strings.Repeat("a", 76), strings.Repeat("a", 77), strings.Repeat("a", 72) + "ü", strings.Repeat("a", 74) + " ", strings.Repeat("é", 25) + ".", strings.Repeat("a", 75) + ".",
	strings.Repeat("a", 75) + "From x", strings.Repeat("x", 998), strings.Repeat("x", 2000) + " .",
}

// addressees are n rows in which all of the above come.
func addressees(n int) []addressee {
	hosts := []string{"example.org", "example.com", "mail.example.org", "xn--bcher-kva.example.org"}
	locals := []string{"p%d", "p.q.%d", "p+tag-%d", "p_%d-", "o'p%d", strings.Repeat("p", 60) + "%d"}
	all := make([]addressee, n)
	for i := range all {
		all[i] = addressee{
			fmt.Sprintf(locals[i%len(locals)], i) + "@" + hosts[i%len(hosts)],
			names[i%len(names)], topics[i%len(topics)], notes[i%len(notes)],
		}
	}
	return all
}

// ordinary are n rows as a club has them.
func ordinary(n int) []addressee {
	who := []string{"Ani Wijaya", "Jürgen Müller", "王小明", "محمد عبد الله", "Олена Ковальчук", "Nguyễn Thị Ánh", "Zoë Lacroix", "สมชาย ใจดี"}
	what := []string{"Our open day on Saturday", "Einladung zum Sommerfest in Köln", "星期六的開放日", "دعوة إلى اليوم المفتوح", "Запрошення на свято", "Thư mời ngày hội", "Le bateau des livres est de retour", "ขอเชิญร่วมงาน"}
	all := make([]addressee, n)
	for i := range all {
		all[i] = addressee{fmt.Sprintf("person%d@example.org", i), who[i%len(who)], what[i%len(what)], plainNote}
	}
	return all
}

// plainNote is as long as letters are: a short one with a picture is suspect.
const plainNote = "we look forward to seeing you on Saturday, and your family too. The gates open at nine. " +
	"There will be tea and cake in the hall, the choir sings at eleven, and the workshop shows what the older pupils have built this year: " +
	"a weather station, two boats, and a loom that really weaves. Whoever wants to see the classrooms finds a guide at the door of each floor. " +
	"Please tell us by Thursday whether you come, and with how many, so that there are chairs for all. If it rains, we meet in the library."
