package mailer

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// boundary is the i-th of a message, made from its identity, so that the same
// message is the same bytes. "=_" occurs in no quoted-printable and no base64
// text, so no content can hold it (RFC 2045, section 6.7, note 5).
func boundary(id string, i int) string {
	sum := sha256.Sum256([]byte(strconv.Itoa(i) + " " + id))
	return "=_" + hex.EncodeToString(sum[:16])
}
