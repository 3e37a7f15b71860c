package file

import (
	_ "embed"
	"slices"
)

//go:embed campaign.schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of a campaign file, for editors
// and `tebar schema`. Whatever Load takes, it takes; a test holds the two
// together.
func Schema() []byte { return slices.Clone(schema) }
