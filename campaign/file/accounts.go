package file

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"tebar/campaign"
)

// An Account is an entry of accounts.yaml, presets applied. A relative
// `file:` of its password is made absolute, from the folder of accounts.yaml.
type Account struct {
	Sender  campaign.Sender
	Limits  []campaign.Limit // the stated ones, or the provider's
	Reserve int              // recipients a day; 0 = none
	Pace    *campaign.Pace   // nil = not stated
}

// account is an Account with what Load has to know of it.
type account struct {
	Account
	name   string
	stated bool // the file states limits for it
}

// LoadAccounts reads accounts.yaml: a map of names, each with the keys of
// `sender`. A path that is "" or does not exist gives no accounts and no
// error; other errors are as for Load.
func LoadAccounts(path string) (map[string]Account, campaign.Problems, error) {
	read, problems, err := loadAccounts(path)
	if err != nil {
		return nil, nil, err
	}
	accounts := map[string]Account{}
	for name, a := range read {
		accounts[name] = a.Account
	}
	return accounts, problems, nil
}

func loadAccounts(path string) (map[string]account, campaign.Problems, error) {
	if path == "" {
		return nil, nil, nil
	}
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	r, root := parse(path, data)
	if root == nil {
		return nil, r.finish(), nil
	}
	accounts := map[string]account{}
	if root.kind != mapNode {
		r.wrongKind(root, "names of accounts, each with the keys of a sender", nil)
	}
	for _, p := range root.pairs {
		r.readAccount(p, accounts, filepath.Dir(path))
	}
	return accounts, r.finish(), nil
}

func (r *reader) readAccount(p pair, accounts map[string]account, folder string) {
	name := p.key.text
	if _, twice := accounts[name]; twice || !ledgerName.MatchString(name) {
		r.fail(p.key, "use each name once, of letters, digits and . _ - @", "%q cannot name an account here", shorten(name))
		return
	}
	s := senderDraft{at: p.value}
	if !readMap(r, p.value, senderKeys(), &s) {
		return
	}
	r.resolveSender(&s)
	a := account{name: name, stated: s.own.limits.at != nil}
	a.Sender, a.Limits, a.Reserve = s.Sender, s.own.limits.value, s.own.reserve.value
	if !a.stated {
		a.Limits = presets[s.Provider].limits
	}
	if s.own.pace.at != nil {
		a.Pace = &s.own.pace.value
	}
	r.checkReserve(s.own.reserve, a.Limits)
	a.Sender.Password = anchored(a.Sender.Password, folder)
	accounts[name] = a
}

// anchored makes a relative `file:` absolute, as campaigns lie in other folders.
func anchored(reference, folder string) string {
	name, ok := strings.CutPrefix(reference, "file:")
	if !ok || filepath.IsAbs(filepath.FromSlash(name)) {
		return reference
	}
	abs, err := filepath.Abs(filepath.Join(folder, filepath.FromSlash(name)))
	if err != nil {
		return reference
	}
	return "file:" + abs
}

// accountsFor reads accounts.yaml for a campaign; one that cannot be read is a
// problem of the campaign, as its limits would not be kept.
func (r *reader) accountsFor(path string, root *node) (map[string]account, campaign.Problems) {
	accounts, problems, err := loadAccounts(path)
	if err != nil {
		at := root.find("sender")
		if at == nil {
			at = root
		}
		r.fail(at, "look at its permissions", "the accounts cannot be read: %s", err)
	}
	return accounts, problems
}
