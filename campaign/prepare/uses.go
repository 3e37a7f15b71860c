package prepare

import (
	"os"
	"slices"
	"strings"
)

// Uses says whether a path is a file that the campaign is made of.
func (p *Prepared) Uses(path string) bool {
	target, err := os.Stat(path)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(p.files(), func(name string) bool {
		info, err := os.Stat(name)
		return err == nil && os.SameFile(info, target)
	})
}

// files are the paths of all files that every message needs.
func (p *Prepared) files() []string {
	list := []string{p.path, p.opts.Accounts}
	if p.Campaign == nil {
		return list
	}
	names := []string{p.Campaign.Body.HTML, p.Campaign.Body.Markdown, p.Campaign.Body.Text}
	secrets := []string{p.Campaign.Sender.Password}
	for _, l := range p.Campaign.Lists {
		names, secrets = append(names, l.File), append(secrets, l.Password)
		for _, e := range l.Exclude {
			names, secrets = append(names, e.File), append(secrets, e.Password)
		}
	}
	for _, ref := range secrets {
		if name, is := strings.CutPrefix(ref, "file:"); is {
			names = append(names, name)
		}
	}
	for _, f := range p.static {
		names = append(names, f.path)
	}
	names = append(names, p.parts...)
	for _, f := range p.Letter.Files {
		names = append(names, f.File)
	}
	for _, pic := range p.pictures {
		names = append(names, pic.name)
	}
	for _, name := range names {
		if name != "" {
			list = append(list, p.Campaign.Path(name))
		}
	}
	return list
}
