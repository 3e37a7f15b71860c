package recipients

import (
	"fmt"
	"strconv"
	"strings"
)

// tags are the languages that a code may name by letters, and the numbers by
// which others name them (MS-LCID, section 2.2).
var tags = map[string]string{
	"ar-sa": "401", "bg-bg": "402", "ca-es": "403", "zh-tw": "404", "cs-cz": "405", "da-dk": "406", "de-de": "407", "el-gr": "408",
	"en-us": "409", "fi-fi": "40B", "fr-fr": "40C", "he-il": "40D", "hu-hu": "40E", "it-it": "410", "ja-jp": "411", "ko-kr": "412",
	"nl-nl": "413", "nb-no": "414", "pl-pl": "415", "pt-br": "416", "ro-ro": "418", "ru-ru": "419", "hr-hr": "41A", "sk-sk": "41B",
	"sv-se": "41D", "th-th": "41E", "tr-tr": "41F", "id-id": "421", "uk-ua": "422", "sl-si": "424", "et-ee": "425", "lv-lv": "426",
	"lt-lt": "427", "vi-vn": "42A", "hi-in": "439", "ms-my": "43E", "zh-cn": "804", "de-ch": "807", "en-gb": "809", "es-mx": "80A",
	"fr-be": "80C", "nl-be": "813", "pt-pt": "816", "de-at": "C07", "en-au": "C09", "es-es": "C0A", "fr-ca": "C0C", "fr-ch": "100C",
}

// inLanguage takes what stands behind the hyphen of [$-409] or [$-en-US]. Of a
// number the last four digits are the language, the two before them the
// calendar, of which 7 is the Thai one.
func (s *section) inLanguage(name string) {
	name, _, _ = strings.Cut(name, ",")
	n, err := strconv.ParseUint(name, 16, 32)
	switch {
	case err != nil:
		s.language = tags[strings.ToLower(name)]
	case n&0xFFFF != 0:
		s.language = fmt.Sprintf("%X", n&0xFFFF)
	}
	s.buddhist = err == nil && n>>16&0xFF == 7
}
