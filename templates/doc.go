// Package templates fills a campaign's letter for one recipient: subject, HTML
// and plain text. It parses the files once, finds every misspelt column before
// the first message, inlines CSS, makes the plain-text alternative, and checks
// each row.
//
// It refuses what would spoil mail or leave the machine: a column that is not
// there, an unknown function, a template that ends inside a tag, more than
// 10 MB of output or 10 s of work. No template can read a file, the
// environment, the network, the clock or a random number. HTML is filled by
// html/template, so that a cell can never become markup, script or a
// dangerous link; no function switches that off.
//
// # What a template sees
//
//	{{.first_name}}            the cell under "First Name" (see ColumnName)
//	{{field "First Name"}}     the same, by the exact header
//	{{range .rows}}...{{end}}  all rows of a group; one row where there is no group
//
// Values are text, as the list shows them.
//
// # Functions
//
//	default "friend" .name     .name, or friend where it is blank: {{.name | default "friend"}}
//	coalesce .a .b             the first that is not blank
//	empty .a, all .a .b, any .a .b, ternary "yes" "no" (yes .paid)
//	yes .paid                  true for true yes ya 1 on x benar, in any case
//	field "First Name"         a column by its exact header
//	pluck "item" .rows         that column of all rows, as a list
//	join ", " LIST             one text of a list
//	upper lower title trim capitalize uncapitalize nospace quote squote cat
//	trimAll trimPrefix trimSuffix hasPrefix hasSuffix
//	contains "b" .a, replace "old" "new" .a, split "," .a
//	truncate 20 .a             at most 20 characters, the last one being "…"
//	date "2 January 2006" .day, date "dd/mm/yyyy" .day   also iso, short, long, full, time
//	dateFrom "dd/mm/yyyy" "2 January 2006" .day          for texts such as 03/04/2027
//	number .price, number "1.234,50" .price              the pattern shows separators and decimals
//	currency "IDR" .fee        with the currency's sign and decimals, as the language writes them
//	plural "guest" "guests" .n the first for 1, else the second; further forms where the language has them
//	int float add sub mul div mod min max round floor ceil
//	unsubscribe                the link to be written to no more, by itself in a body (see Assemble)
//	qr .ticket                 a QR code of the text: <img src="{{qr .ticket}}" alt="...">
//	barcode "code128" .ticket  a barcode: code128, code39, ean13, ean8, qr
//	cid "logo.png"             a cid: link to a picture of the letter; src="logo.png" means the same
//	tel .phone                 a tel: link
//	mso "<br>"                 the literal text, for Outlook alone
//
// and those of text/template (and or not eq ne lt le gt ge index len slice
// print printf println html js urlquery), where len, slice and index count
// characters and refuse a column that is not there.
//
// # Conditional comments
//
// html/template drops comments. <!--[if mso]>...<![endif]--> and its forms
// stay; the actions inside are filled and escaped as anywhere else. Other
// comments are dropped, with the actions inside them.
package templates
