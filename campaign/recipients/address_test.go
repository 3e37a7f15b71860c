package recipients

import (
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	long := strings.Repeat("a", 64)
	domain := strings.Repeat(strings.Repeat("b", 61)+".", 3) + "example"
	for _, c := range []struct{ in, want string }{
		{"ana@example.org", "ana@example.org"},
		{"  Ana.Wijaya+News@Example.ORG\t", "ana.wijaya+news@example.org"},
		{"\u00a0\ufeffana@example.org\u200b", "ana@example.org"},
		{"mailto:ana@example.org", "ana@example.org"},
		{"MAILTO: ana@example.org", "ana@example.org"},
		{"Ana <ana@example.org>", "ana@example.org"},
		{`"Wijaya, Ana" <Ana@example.org>`, "ana@example.org"},
		{"<ana@example.org>", "ana@example.org"},
		{`"Ana@example.org" <ana@example.org>`, "ana@example.org"},
		{"ana@example.org;", "ana@example.org"},
		{"ana@example.org.", "ana@example.org"},
		{"ana@example.org. ,", "ana@example.org"},
		{"Ana <ana@example.org.>", "ana@example.org"},
		{"o'brien@example.org", "o'brien@example.org"},
		{"ana@bücher.example", "ana@xn--bcher-kva.example"},
		{"ana@BÜCHER.example", "ana@xn--bcher-kva.example"},
		{"ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"},
		{"ana@例え.テスト", "ana@xn--r8jz45g.xn--zckzah"},
		{"ana@example。org", "ana@example.org"},
		{"JOSE\u0301@example.org", "josé@example.org"},
		{"用户@example.org", "用户@example.org"},
		{long + "@example.org", long + "@example.org"},
		{"a@" + strings.Repeat("b", 63) + ".example", "a@" + strings.Repeat("b", 63) + ".example"},
		{"1@2.example", "1@2.example"},
		{"ana@r3---sn.example", "ana@r3---sn.example"},
	} {
		got, err := Address(c.in)
		if err != nil || got != c.want {
			t.Errorf("Address(%q) = %q, %v; not %q", c.in, got, err, c.want)
		}
	}
	for _, c := range []struct{ in, why string }{
		{"", "no address"},
		{"\u200b ", "no address"},
		{"ana", "no @"},
		{"@example.org", "before the @"},
		{"ana@", "behind the @"},
		{"ana@@example.org", "more than one @"},
		{"a@b@example.org", "more than one @"},
		{"ana@example", "no dot"},
		{"ana@example.org, budi@example.org", "several addresses"},
		{"ana@example.org budi@example.org", "several addresses"},
		{"ana@example.org;budi@example.org", "several addresses"},
		{"Ana <ana@example.org>, Budi <budi@example.org>", "several addresses"},
		{"ana@example.org/budi@example.org", "more than one @"},
		{"ana wijaya@example.org", "a space"},
		{"ana@exam ple.org", "a space"},
		{"ana@[192.0.2.1]", "IP address"},
		{"ana@192.0.2.1", "IP address"},
		{"ana@-example.org", "hyphen"},
		{"ana@example-.org", "hyphen"},
		{"ana@example..org", "dots"},
		{"ana@.example.org", "dots"},
		{"ana@example.org..", "dots"},
		{".ana@example.org", "dot"},
		{"ana.@example.org", "dot"},
		{"a..b@example.org", "dot"},
		{"ana\u200bwijaya@example.org", "invisible character (U+200B)"},
		{"ana@exam\u200bple.org", "invisible character"},
		{"ana\r\nBcc: x@example.org", "invisible character (U+000D)"},
		{"ana@example.org <budi@example.org>", "several"},
		{"ana\x00@example.org", "invisible character"},
		{"ana\nx@example.org", "invisible character"},
		{`"ana"@example.org`, "in quotes"},
		{"ana(home)@example.org", "may not stand"},
		{"ana@exa_mple.org", "underscore"},
		{"ana@exam\"ple.org", "may not stand"},
		{"ana@example.o", "one letter"},
		{"ana@example.123", "IP address"},
		{"a" + long + "@example.org", "64"},
		{"a@" + strings.Repeat("b", 64) + ".example", "63"},
		{long + "@" + domain, "254"},
		{"ana@xn--a.example", "valid name"},
		{"ana\ufffd@example.org", "could not be read"},
		{"\xff@example.org", "could not be read"},
	} {
		got, err := Address(c.in)
		if err == nil {
			t.Errorf("Address(%q) = %q, no error", c.in, got)
		} else if !strings.Contains(err.Error(), c.why) || !strings.Contains(err.Error(), ": ") {
			t.Errorf("Address(%q): %q does not say %q and what to do", c.in, err, c.why)
		}
	}
}

func TestDoubtfulAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"a@gmial.com": "gmail.com", "a@gmail.con": "gmail.com", "a@gmal.com": "gmail.com", "a@gmaill.com": "gmail.com",
		"a@yahooo.com": "yahoo.com", "a@hotmial.com": "hotmail.com", "a@hotmail.co": "", "a@outlok.com": "outlook.com",
		"a@yahoo.co.ud": "yahoo.co.id", "a@gmail.com": "", "a@ymail.com": "", "a@mail.com": "", "a@yahoo.com": "",
		"a@yahoo.co.jp": "", "a@school.example": "", "a@example.test": "", "a@school.sch.id": "", "a@example.cmo": ".cmo",
		"a@example.invalid": "", "é@example.org": "not ASCII", "a@live.com": "",
	} {
		got := domains{}.note(address).message
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, not %q", address, got, want)
		}
	}
}

// FuzzAddress: a normalised address normalises to itself, has one @, a dot
// behind it, and nothing that could end a line or a command. What is taken off
// around it is told, and no address of a cell is lost when it is parted.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"ana@example.org", "Ana <ana@BÜCHER.example>", "mailto:a@b.example", "İ@example.org", "a@xn--bcher-kva.example", "ß@ß.example", "a@b.example;,", "ǅ@example.org", "a@b.example.", "A <a@b.example>, \"B; C\" <b@c.example>/d@e.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ats := 0
		for _, part := range splitAddresses(s) {
			if part == "" || part != trimInvisible(part) {
				t.Fatalf("%q has the part %q", s, part)
			}
			ats += strings.Count(part, "@")
		}
		if ats != strings.Count(s, "@") {
			t.Fatalf("%q became %q", s, splitAddresses(s))
		}
		a, err := Address(s)
		if err == nil && mended(s) == "" && (s != trimInvisible(s) || strings.HasSuffix(s, ".")) {
			t.Fatalf("%q became %q, and nothing was told", s, a)
		}
		if err != nil {
			if a != "" || err.Error() == "" {
				t.Fatalf("%q: %q, %v", s, a, err)
			}
			return
		}
		again, err := Address(a)
		if err != nil || again != a {
			t.Fatalf("%q became %q, and that %q, %v", s, a, again, err)
		}
		local, domain, _ := strings.Cut(a, "@")
		if local == "" || !strings.Contains(domain, ".") || !ascii(domain) || len(a) > maxAddress ||
			strings.ContainsAny(a, " \t\r\n<>\"\\\x00") || strings.ContainsAny(domain, "@[]") {
			t.Fatalf("%q became %q", s, a)
		}
	})
}
