package recipients

import "strings"

// roleNames stand before the @ of an address that a task has and no person
// (RFC 2142, and the usual ones of schools, clubs and shops). Digits and what
// follows a + are not looked at.
var roleNames = words(`
	abuse accounting accounts admin administration administrator admissions billing board booking bookings
	careers club committee compliance contact customerservice enquiries events feedback finance ftp
	hello help helpdesk hostmaster hr info information inquiries invoices it jobs legal library list mail
	mailbox mailerdaemon marketing media membership news newsletter noc noreply donotreply office orders
	payments postmaster press principal privacy purchasing reception recruitment registrar reservations root
	sales school secretariat secretary security service shop staff subscribe support sysadmin team tech
	treasurer unsubscribe usenet webmaster welcome www
	accueil administracion administrasi bestellung buchhaltung buero contacto direction direktion empfang
	humas informacion kantor kontakt rechnung redaktion sekolah sekretariat tatausaha ventas verwaltung`)

// disposable are domains that give addresses for some minutes. There are
// thousands, and new ones each day: these are the best known.
var disposable = words(`
	10minutemail.com 20minutemail.com discard.email dispostable.com emailondeck.com fakeinbox.com
	getairmail.com getnada.com guerrillamail.com guerrillamail.info guerrillamail.net guerrillamail.org
	guerrillamailblock.com inboxkitten.com mail-temp.com mailcatch.com maildrop.cc mailinator.com
	mailnesia.com mailsac.com minutemail.com mintemail.com moakt.com mohmal.com mytemp.email
	sharklasers.com spam4.me spambox.us spamgourmet.com temp-mail.io temp-mail.org tempail.com
	tempinbox.com tempmail.com tempmail.dev tempmailo.com tempr.email throwawaymail.com trash-mail.com
	trashmail.com trashmail.de wegwerfemail.de yopmail.com yopmail.fr yopmail.net`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}

var (
	isRole       = remark{"the address is one of a task, such as info@ or office@, behind which several people may read, or none", "look whether the person has an address of their own; it is written to as it stands"}
	isDisposable = remark{"the address is of a service that gives addresses for some minutes", "look whether the person has another; it is written to as it stands"}
)

// tellRole notes an address that is no person's, or not for long. Nobody is
// left out for it.
func (c *candidate) tellRole(rec record) {
	local, domain, _ := strings.Cut(c.entry.Address, "@")
	local, _, _ = strings.Cut(local, "+")
	local = strings.Trim(local, "0123456789")
	if roleNames[strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)] {
		c.part.remarks.note(isRole, rec.number)
	}
	if disposable[domain] {
		c.part.remarks.note(isDisposable, rec.number)
	}
}
