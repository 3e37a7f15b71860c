package prepare

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"time"

	"tebar/campaign"
)

// rememberFrom is the size of the lists, in bytes, from where on a check is
// worth remembering: a shorter one is done at once.
const rememberFrom = 1 << 20

// CheckKey is a digest of everything that Check looks at: the program itself,
// the campaign file, the letter, what every message carries, and the bytes of
// all lists. Equal keys mean equal reports. "" where that cannot be said (rows
// have attachments of their own, another campaign is excluded, the file has
// errors) or where the lists are short.
func (p *Prepared) CheckKey() (string, error) {
	if !p.Usable() || p.Problems.Errors() > 0 || p.ListBytes() < rememberFrom {
		return "", nil
	}
	list, sure, err := p.Fingerprint()
	if err != nil || !sure {
		return "", nil //nolint:nilerr // reading the rows says what is wrong
	}
	program, err := digestOfProgram()
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(p.path) // problems show its lines
	if err != nil {
		return "", fmt.Errorf("reading the campaign file: %w", err)
	}
	return digest(struct {
		Program, Path, Folder, List, Zone, Local string
		File                                     []byte
		Campaign                                 *campaign.Campaign
		Limits                                   []campaign.Limit
		Letter                                   campaign.Letter
		Problems                                 []string
	}{
		program, p.path, p.Campaign.Folder, list, p.opts.Zone, time.Local.String(),
		text, p.Campaign, p.Campaign.EffectiveLimits(), p.Letter, words(p.Problems),
	})
}

// ListBytes is the size of the lists together; what cannot be looked at has none.
func (p *Prepared) ListBytes() (n int64) {
	for _, l := range p.Campaign.Lists {
		if info, err := os.Stat(p.Campaign.Path(l.File)); err == nil {
			n += info.Size()
		}
	}
	return n
}

func words(problems campaign.Problems) (list []string) {
	for _, p := range problems {
		list = append(list, fmt.Sprintf("%+v", p))
	}
	return list
}

// digestOfProgram is that of the running executable.
func digestOfProgram() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding the program: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading the program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := f.WriteTo(h); err != nil {
		return "", fmt.Errorf("reading the program: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
