package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"tebar/campaign"
	"tebar/store"
)

// All connections share one cache of attachments; without its lock the race
// detector, and sooner or later the runtime, ends the run.
func TestBlobCacheShared(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "tebar.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	var all []campaign.Attachment
	for i := range 2 * blobsKept {
		data := fmt.Append(nil, "file ", i)
		sum := sha256.Sum256(data)
		a := campaign.Attachment{Name: fmt.Sprint(i), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}
		if err := st.PutBlob(t.Context(), a.SHA256, data); err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	var cache blobCache
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			files, err := cache.files(context.Background(), st, all)
			if err != nil {
				t.Error(err)
			}
			for _, f := range files {
				if string(f.Data) != "file "+f.Name {
					t.Errorf("%s has %q", f.Name, f.Data)
				}
			}
		})
	}
	wg.Wait()
}
