package mailer

import "encoding/base64"

// base64Line is how many bytes make one full line of base64.
const base64Line = maxEncoded / 4 * 3

// appendBase64 encodes data in lines, each with its CRLF (RFC 2045, section 6.8).
func appendBase64(b, data []byte) []byte {
	for len(data) > 0 {
		n := min(base64Line, len(data))
		b = append(base64.StdEncoding.AppendEncode(b, data[:n]), "\r\n"...)
		data = data[n:]
	}
	return b
}

// base64Size is how many bytes appendBase64 adds for n.
func base64Size(n int) int {
	return base64.StdEncoding.EncodedLen(n) + (n+base64Line-1)/base64Line*len("\r\n")
}
