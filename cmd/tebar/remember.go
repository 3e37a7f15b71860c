package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tebar/campaign/prepare"
)

// A list that was checked and has not changed is not checked again. What a
// check of a long list has found is kept beside the store, in STORE.checked,
// one file for each campaign, readable to its owner alone, since problems name
// people; `forget` takes it away. It begins with the digest of everything that
// was looked at. It is a convenience: what cannot be read, or says something
// else, is no error, and the check is done.

// checkOf is the report of a campaign's check, remembered or made.
func (a *app) checkOf(ctx context.Context, p *prepare.Prepared) (prepare.Report, error) {
	key, err := p.CheckKey()
	if err != nil || key == "" {
		return p.Check(ctx)
	}
	path, err := a.rememberedAt(p.Campaign.Name)
	if err != nil {
		return p.Check(ctx)
	}
	if report, ok := remembered(path, key); ok {
		a.note("%s: nothing has changed since the last check", p.Campaign.Name)
		return report, nil
	}
	report, err := p.Check(ctx)
	if err != nil {
		return report, err
	}
	if !report.OK() {
		return report, nil // some errors pass by themselves
	}
	if again, err := p.CheckKey(); err == nil && again == key { // nothing changed meanwhile
		remember(path, key, report)
	}
	return report, nil
}

// rememberedAt is where a campaign's check is kept.
func (a *app) rememberedAt(name string) (string, error) {
	where, err := a.storeLocation()
	return filepath.Join(where+".checked", name), err
}

func remembered(path, key string) (report prepare.Report, ok bool) {
	text, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(text, []byte(key)) {
		return report, false
	}
	err = gob.NewDecoder(bytes.NewReader(text[len(key):])).Decode(&report)
	return report, err == nil
}

func remember(path, key string, report prepare.Report) {
	text := bytes.NewBufferString(key)
	if err := gob.NewEncoder(text).Encode(report); err != nil {
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return
	}
	sweep(filepath.Dir(path))
	f, err := os.CreateTemp(filepath.Dir(path), beginning+"*") // 0600
	if err != nil {
		return
	}
	_, err = f.Write(text.Bytes())
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}

// beginning is of the names of files that are not whole yet; no campaign's is
// such.
const beginning = ".new-"

// sweep takes away what a process has left that was killed while it wrote.
func sweep(folder string) {
	files, _ := os.ReadDir(folder)
	for _, f := range files {
		info, err := f.Info()
		if err == nil && strings.HasPrefix(f.Name(), beginning) && time.Since(info.ModTime()) > time.Minute {
			_ = os.Remove(filepath.Join(folder, f.Name()))
		}
	}
}

// unremember forgets the check of a campaign.
func (a *app) unremember(name string) error {
	path, err := a.rememberedAt(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	sweep(filepath.Dir(path))
	_ = os.Remove(filepath.Dir(path)) // stays while another campaign's is in it
	return nil
}
