// Package file reads a campaign file and the file of accounts: YAML in,
// campaign.Campaign out, every default filled in and every preset applied.
//
// It finds all mistakes of a file in one go, each with line, column, the line
// with a caret under it, and what to write instead. It refuses unknown keys,
// wrong types, impossible values, a second document, a password that is not a
// reference, and paths that leave the campaign's folder. It opens no other
// file: lists, bodies and attachments are looked at by others.
//
// How a file becomes a campaign:
//
//	bytes -> source (lines; encoding.go)
//	      -> tree of nodes with positions (yaml.go; broken lines mended and reported: syntax.go, mend.go)
//	      -> draft (one table of keys for each map: letter.go, recipients.go, sender.go, schedule.go ...)
//	      -> Campaign (defaults and what several keys decide together: resolve.go)
//
// The format is the table of keys in docs/campaign-file.md; campaign.schema.json
// describes the same for editors, and a test holds the three together.
//
// No password and no text that may be one is put into a message or an excerpt.
package file
