package campaign

import "net/mail"

// Address is one mailbox with its optional display name (RFC 5322, section 3.4).
type Address struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email"` // addr-spec; the domain may be Unicode until it is normalised
}

// String gives the address as it stands in a header, the name encoded where
// it is not ASCII (RFC 2047).
func (a Address) String() string {
	if a.Name == "" {
		return a.Email
	}
	return (&mail.Address{Name: a.Name, Address: a.Email}).String()
}
