package prepare

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"tebar/campaign"
	"tebar/campaign/file"
	"tebar/campaign/recipients"
	"tebar/scheduler"
	"tebar/templates"
)

// Options are what a campaign file cannot know.
type Options struct {
	Zone     string // the machine's time zone (IANA), for a file that names none
	Accounts string // path of accounts.yaml; "" = none
	// Campaign gives the addresses of another campaign, for exclude; nil = no store at hand.
	Campaign CampaignAddresses
	// Try says what keeps a message's header from being made, before any
	// message is sent: its body is not filled; nil = nobody to ask.
	Try func(f Filled, files []string) error
	// Secret gives what a reference points to, for lists that are encrypted; a
	// file stands in folder, and name is the list's. nil = none can be had.
	Secret func(ctx context.Context, ref, folder, name string) (string, error)
	// Watch is told now and then how far the reading of the lists has come:
	// rows, and their share of all; 1 is the end; nil = nobody asks.
	Watch func(rows int, share float64)
}

// NoteRoles makes Check warn of addresses that are no person's, or for minutes.
func (p *Prepared) NoteRoles() { p.roles = true }

// Prepared is a campaign whose file was read and whose letter was parsed.
type Prepared struct {
	Campaign *campaign.Campaign
	Letter   campaign.Letter
	Problems campaign.Problems // of the file, the letter and what it attaches to every message

	from     map[string]templates.Origins // of bodies that have parts, by field
	parts    []string                     // their files, as a campaign names files
	pictures map[string]picture           // of the letter, by how it names them

	static []enclosed // attachments of every message

	foldersMu sync.Mutex
	folders   map[string][]string // that patterns look into: the names of their files

	letter *templates.Set // nil where the letter has errors
	fields fields
	opts   Options
	path   string // of the campaign file, as it was given
	roles  bool   // NoteRoles
	unread bool   // a body could not be read
}

// Load reads the campaign file and the letter. The error is for a campaign
// file that cannot be read at all; all else is in Problems.
func Load(ctx context.Context, path string, o Options) (*Prepared, error) {
	c, problems, err := file.Load(path, file.Options{Zone: o.Zone, Accounts: o.Accounts})
	if err != nil {
		return nil, err
	}
	p := &Prepared{Campaign: c, Problems: problems, opts: o, path: path}
	if c == nil {
		return p, nil
	}
	if c.From.Email != "" {
		p.useALabels()
	}
	p.readLetter()
	p.readPictures()
	p.parse()
	p.readAttachments()
	p.checkSchedule()
	p.locate(p.Problems)
	return p, ctx.Err()
}

// checkSchedule asks whether the scheduler can work with what the file says: a
// calendar that leaves no time is a mistake of the file.
func (p *Prepared) checkSchedule() {
	if p.Problems.Errors() > 0 {
		return
	}
	_, err := scheduler.New(scheduler.Rules{Limits: p.Campaign.EffectiveLimits(), Schedule: p.Campaign.Schedule})
	if err != nil {
		p.problem("schedule", "correct days, hours and skip_dates", err)
	}
}

// locate gives problems of the campaign file's values, found with the list or
// the letter at hand, the line and column of the value.
func (p *Prepared) locate(problems campaign.Problems) {
	for i, pr := range problems {
		if pr.File != p.path || pr.Field == "" || pr.Line > 0 || pr.Row > 0 {
			continue
		}
		place := file.Locate(p.path, pr.Field)
		problems[i].Line, problems[i].Column, problems[i].Excerpt = place.Line, place.Column, place.Excerpt
		problems[i].Message = strings.TrimPrefix(pr.Message, pr.Field+": ")
	}
}

// Stored makes a campaign from its snapshot: it fills messages, but has no
// list to check. Its letter was parsed when it was accepted, so an error means
// that the program has changed or the store is damaged.
func Stored(s campaign.Snapshot) (*Prepared, error) {
	c := s.Campaign
	p := &Prepared{Campaign: &c, Letter: s.Letter}
	if p.parse(); p.Problems.Errors() > 0 {
		return nil, &campaign.HintError{
			Err:  fmt.Errorf("the stored letter of %s is damaged: %w", c.Name, p.Problems),
			Hint: "`tebar store check` looks at the whole store; if it finds nothing, `tebar run FILE --accept-changes` takes the file's letter in again",
		}
	}
	return p, nil
}

// Usable says whether the file was understood well enough to look at its rows.
func (p *Prepared) Usable() bool {
	return p.Campaign != nil && len(p.Campaign.Lists) > 0 &&
		!slices.ContainsFunc(p.Campaign.Lists, func(l campaign.List) bool { return l.File == "" })
}

func (p *Prepared) parse() {
	set, problems := templates.Parse(p.Letter, p.names())
	if p.unread { // the missing file has been told of; what lacks it is no second mistake
		problems = slices.DeleteFunc(problems, func(pr campaign.Problem) bool { return pr.Field == "body" })
	}
	p.Problems = append(p.Problems, problems...)
	p.letter = set
	fields, problems := parseFields(p.Campaign, p.names().Campaign)
	p.Problems = append(p.Problems, problems...)
	p.fields = fields
}

func (p *Prepared) names() templates.Names {
	b := p.Campaign.Body
	return templates.Names{Campaign: p.fileName(), HTML: b.HTML, Markdown: b.Markdown, Text: b.Text, From: p.from, Domain: contentDomain(p.Campaign.From)}
}

// Snapshot is what the ledger keeps of the campaign beside its entries.
func (p *Prepared) Snapshot(sources []campaign.Source, listSHA string) (campaign.Snapshot, error) {
	settings, err := digest(p.Campaign)
	if err != nil {
		return campaign.Snapshot{}, err
	}
	letter, err := digest(p.Letter)
	if err != nil {
		return campaign.Snapshot{}, err
	}
	return campaign.Snapshot{
		Campaign: *p.Campaign, Letter: p.Letter, Sources: sources, Origin: p.Campaign.File,
		SettingsSHA256: settings, LetterSHA256: letter, ListSHA256: listSHA,
	}, nil
}

func digest(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("describing the campaign: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Fingerprint is the digest of the lists' bytes, without reading their rows.
// sure is false where the rows must be read all the same: another campaign is
// excluded, or rows have attachments of their own.
func (p *Prepared) Fingerprint() (sha string, sure bool, err error) {
	sure = len(p.fields.enclosures) == 0
	for _, l := range p.Campaign.Lists {
		for _, e := range l.Exclude {
			sure = sure && e.Campaign == ""
		}
	}
	sha, err = recipients.Fingerprint(p.Campaign.Lists, p.listOptions())
	return sha, sure, err
}

// Straight says that what becomes of a row depends on that row alone: no list
// has groups or excludes, and no row attachments of its own.
func (p *Prepared) Straight() bool {
	return len(p.fields.enclosures) == 0 && !slices.ContainsFunc(p.Campaign.Lists, func(l campaign.List) bool {
		return l.Duplicates == campaign.DuplicatesGroup || len(l.Exclude) > 0 || l.Chooses()
	})
}

// Sources are the lists' headers and the digest of their bytes.
func (p *Prepared) Sources(ctx context.Context) ([]campaign.Source, string, error) {
	sources, _, err := recipients.Headers(ctx, p.Campaign.Lists, p.listOptions())
	if err != nil {
		return nil, "", err
	}
	sha, err := recipients.Fingerprint(p.Campaign.Lists, p.listOptions())
	return sources, sha, err
}
