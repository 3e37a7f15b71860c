package prepare

import (
	"fmt"
	"strings"

	"tebar/campaign"
	"tebar/campaign/recipients"
)

// useALabels writes the campaign's own addresses as they go over the wire: a
// domain in Unicode becomes A-labels (RFC 5890); the local part stays as typed.
func (p *Prepared) useALabels() {
	c := p.Campaign
	p.useALabel("from", &c.From.Email)
	p.useALabel("unsubscribe.mailto", &c.Unsubscribe.Mailto)
}

func (p *Prepared) useALabel(field string, address *string) {
	if *address == "" {
		return
	}
	ascii, err := recipients.Address(*address)
	if err != nil {
		p.Problems = append(p.Problems, campaign.Problem{
			Severity: campaign.Error, File: p.fileName(), Field: field,
			Message: fmt.Sprintf("%q is not an address: %v", *address, err), Hint: "write it as name@domain",
		})
		return
	}
	local := (*address)[:strings.LastIndexByte(*address, '@')]
	*address = strings.TrimSpace(local) + ascii[strings.LastIndexByte(ascii, '@'):]
}
