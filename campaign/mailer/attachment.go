package mailer

import (
	"fmt"
	"mime"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFileName is in bytes, as file systems have it.
const maxFileName = 255

// types are the media types by ending, fixed here since the machine's own
// table differs from machine to machine. All else, and .eml, which may not be
// sent in base64 under its own type (RFC 2046, section 5.2.1), is octets.
var types = map[string]string{
	".pdf":  "application/pdf",
	".doc":  "application/msword",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xls":  "application/vnd.ms-excel",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".ppt":  "application/vnd.ms-powerpoint",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text",
	".ods":  "application/vnd.oasis.opendocument.spreadsheet",
	".odp":  "application/vnd.oasis.opendocument.presentation",
	".rtf":  "application/rtf",
	".zip":  "application/zip",
	".gz":   "application/gzip",
	".json": "application/json",
	".xml":  "application/xml",
	".epub": "application/epub+zip",
	".jpg":  "image/jpeg",
	".jpeg": "image/jpeg",
	".png":  "image/png",
	".gif":  "image/gif",
	".webp": "image/webp",
	".svg":  "image/svg+xml",
	".heic": "image/heic",
	".tif":  "image/tiff",
	".tiff": "image/tiff",
	".bmp":  "image/bmp",
	".mp3":  "audio/mpeg",
	".m4a":  "audio/mp4",
	".wav":  "audio/wav",
	".ogg":  "audio/ogg",
	".mp4":  "video/mp4",
	".mov":  "video/quicktime",
	".webm": "video/webm",
	".txt":  "text/plain",
	".csv":  "text/csv",
	".md":   "text/markdown",
	".htm":  "text/html",
	".html": "text/html",
	".ics":  "text/calendar",
	".vcf":  "text/vcard",
}

// mediaType is what the file is, for Content-Type.
func (f File) mediaType() string {
	if f.Type != "" {
		return f.Type
	}
	if t, ok := types[strings.ToLower(path.Ext(f.Name))]; ok {
		return t
	}
	return "application/octet-stream"
}

// checkType refuses a media type that would break the header.
func checkType(f File) error {
	if _, _, err := mime.ParseMediaType(f.Type); f.Type != "" && (err != nil || !isASCII(f.Type) || len(f.Type) > 200 || strings.ContainsFunc(f.Type, unicode.IsControl)) {
		return fmt.Errorf("attachment %s: %q is no media type", excerpt(f.Name), f.Type)
	}
	return nil
}

// checkFileName refuses names that a recipient's machine could take for a path.
func checkFileName(name string) error {
	switch {
	case strings.TrimSpace(name) == "" || name == "." || name == "..":
		return fmt.Errorf("attachment %q has no file name", name)
	case len(name) > maxFileName:
		return fmt.Errorf("attachment %s: the file name has %d bytes; at most %d are allowed", excerpt(name), len(name), maxFileName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("attachment %s: the file name holds control characters: rename the file", excerpt(name))
	case strings.ContainsAny(name, `/\`):
		return fmt.Errorf("attachment %s: the file name holds a slash: rename the file", excerpt(name))
	}
	return nil
}

// parameter writes one parameter of a MIME header on folded lines of its own:
// quoted where it is plain and short, else by RFC 2231, sections 3 and 4.
func parameter(key, value string) string {
	const room = 60
	if len(value) <= room && isASCII(value) {
		return ";\r\n " + key + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
	}
	var pieces []string
	piece := "utf-8''"
	for _, r := range value { // no character is parted: some readers decode each piece by itself
		c := ""
		for _, b := range []byte(string(r)) {
			c += percent(b)
		}
		if len(piece)+len(c) > room {
			pieces = append(pieces, piece)
			piece = ""
		}
		piece += c
	}
	pieces = append(pieces, piece)
	if len(pieces) == 1 {
		return ";\r\n " + key + "*=" + pieces[0]
	}
	var b strings.Builder
	for i, p := range pieces {
		fmt.Fprintf(&b, ";\r\n %s*%d*=%s", key, i, p)
	}
	return b.String()
}

// percent escapes all but the attribute-chars that nobody misreads.
func percent(c byte) string {
	if isAlphanumeric(c) || c == '-' || c == '.' || c == '_' {
		return string(c)
	}
	return fmt.Sprintf("%%%02X", c)
}
