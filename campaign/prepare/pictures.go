package prepare

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"tebar/campaign"
	"tebar/templates"
)

// A picture is a file of the writer's that stands in the letter, and is sent
// along with every message.
type picture struct {
	name string // path, as a campaign names files
	err  error  // why it cannot be sent
}

var errNoPicture = errors.New("is no PNG, JPEG, GIF or WebP picture, which mail programs show")

// readPictures describes the pictures of the letter; they are looked for beside
// the body's file.
func (p *Prepared) readPictures() {
	p.pictures = map[string]picture{}
	for _, src := range templates.Pictures(p.Letter) {
		pic := picture{name: p.pictureName(src)}
		a, data, err := p.attachment(enclosed{path: pic.name, name: fileName(pic.name)})
		if err == nil && !strings.HasPrefix(http.DetectContentType(data), "image/") {
			err = errNoPicture
		}
		if pic.err = err; err == nil {
			a.ContentID, a.Source = a.SHA256[:32]+"@"+contentDomain(p.Campaign.From), src
			p.Letter.Attachments = append(p.Letter.Attachments, a)
		}
		p.pictures[src] = pic
	}
}

// pictureName is the path of an address that stands in the letter.
func (p *Prepared) pictureName(src string) string {
	if plain, err := url.PathUnescape(src); err == nil {
		src = plain
	}
	body := p.Campaign.Body.HTML
	if body == "" {
		body = p.Campaign.Body.Markdown
	}
	src = strings.ReplaceAll(src, `\`, "/")
	if path.IsAbs(src) {
		return src
	}
	return path.Join(path.Dir(strings.ReplaceAll(body, `\`, "/")), src)
}

// contentDomain is the right-hand side of Content-IDs (RFC 2045, section 7).
func contentDomain(from campaign.Address) string {
	_, domain, _ := strings.Cut(from.Email, "@")
	if domain == "" || strings.ContainsFunc(domain, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "tebar.invalid"
	}
	return domain
}

// pictureErrors are why pictures cannot be sent; nil: they can.
func (p *Prepared) pictureErrors() map[string]error {
	list := map[string]error{}
	for src, pic := range p.pictures {
		list[src] = pic.err
	}
	return list
}
