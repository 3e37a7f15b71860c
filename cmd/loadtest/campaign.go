package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// The files of the campaign that everybody sends.
const (
	listName = "people.csv"
	htmlName = "body.html"
	textName = "body.txt"
)

// What stands above the letter.
const (
	fromAddress = "library@loadtest.example"
	subject     = "{{.first_name}}, the book boat comes to {{.city}}"
)

// A campaign is a folder with a list and a letter.
type campaign struct {
	folder string
}

// makeCampaign writes one for n people, whose messages have about size bytes.
func makeCampaign(folder string, n, size int) (campaign, error) {
	c := campaign{folder}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return c, err
	}
	html, text := compose(size)
	if err := os.WriteFile(filepath.Join(folder, htmlName), []byte(html), 0o600); err != nil {
		return c, err
	}
	if err := os.WriteFile(filepath.Join(folder, textName), []byte(text), 0o600); err != nil {
		return c, err
	}
	return c, writeList(filepath.Join(folder, listName), n)
}

var (
	firstNames = []string{"Rina", "Budi", "Jörg", "Anne-Marie", "Siti", "Chloé", "Thomas", "Nguyễn", "Olga", "Wayan", "Grace"}
	lastNames  = []string{"Wijaya", "Santoso", "Müller", "Dupont", "Rahmawati", "O'Brien", "Smith", "Kowalski", "Lestari"}
	cities     = []string{"Jakarta", "Makassar", "Banda Aceh", "Jayapura", "Pontianak", "Kupang", "Manado"}
)

// writeList writes n people, six columns, row after row, so that a list of any
// length needs no memory. The same n gives the same list.
func writeList(path string, n int) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	fmt.Fprintln(w, "email,first_name,last_name,city,code,link")
	for i := range n {
		fmt.Fprintf(w, "reader%07d@loadtest.example,%s,%s,%s,LB-%06X,https://loadtest.example/boat/%d\n",
			i, firstNames[i%len(firstNames)], lastNames[i%len(lastNames)], cities[i%len(cities)], i, i)
	}
	return w.Flush() // a writer keeps its first error
}

// file writes the campaign file for a server at addr, over the one before, and
// gives its path.
func (c campaign) file(addr string, connections int) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	path := filepath.Join(c.folder, "campaign.yaml")
	text := fmt.Sprintf(`name: loadtest
from: %s
subject: "%s"
body: {html: %s, text: %s}
recipients: {file: %s}
sender:
  provider: smtp
  host: %s
  port: %s
  security: none
  auth: none
  connections: %d
`, fromAddress, subject, htmlName, textName, listName, host, port, connections)
	return path, os.WriteFile(path, []byte(text), 0o600)
}
