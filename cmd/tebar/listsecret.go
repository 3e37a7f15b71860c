package main

import (
	"context"
	"sync"

	"tebar/campaign/secret"
)

// heldSecrets are the passwords of encrypted lists, by where they come from. A
// list is opened several times, and a person is asked once.
type heldSecrets struct {
	mu sync.Mutex
	by map[[3]string]string
}

// listSecret gives the password of a list; name is how a person knows it.
func (a *app) listSecret(ctx context.Context, ref, folder, name string) (string, error) {
	a.secrets.mu.Lock()
	defer a.secrets.mu.Unlock()
	key := [3]string{ref, folder}
	ask := a.prompt(ctx)
	if ref == "prompt" {
		key[2] = name
	}
	if known, ok := a.secrets.by[key]; ok {
		return known, nil
	}
	if terminal := ask; terminal != nil {
		ask = func(string) (string, error) { return terminal("Password of " + name) }
	}
	text, err := secret.Resolve(ctx, ref, folder, ask)
	if err != nil {
		return "", err
	}
	a.secrets.by[key] = text
	return text, nil
}
