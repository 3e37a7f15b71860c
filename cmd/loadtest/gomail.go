package main

import (
	"context"
	"errors"
	"flag"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/wneessen/go-mail"
)

// goMailLoop is what a programmer writes in an afternoon: read the list, render
// the templates, send with go-mail's defaults. It records nothing, so a crash
// sends everything again. It is a child of its own to be measured alike.
var goMailLoop = contestant{
	name:        "go-mail",
	what:        "a plain loop with go-mail's defaults, nothing recorded",
	connections: func(o options) int { return o.goMail },
	command: func(ctx context.Context, b *bench, addr, _ string) (*exec.Cmd, error) {
		return child(ctx, b.self, "go-mail", "-to", addr,
			"-campaign", b.campaign.folder, "-connections", strconv.Itoa(b.goMail)), nil
	},
}

// goMailChild is that loop: `loadtest go-mail`.
func goMailChild(args []string) error {
	f := flag.NewFlagSet("go-mail", flag.ContinueOnError)
	to := f.String("to", "", "address of the server")
	folder := f.String("campaign", "", "folder with list and letter")
	connections := f.Int("connections", 1, "at the same time")
	if err := f.Parse(args); err != nil {
		return err
	}
	letter, err := parseLetter(*folder)
	if err != nil {
		return err
	}
	people := make(chan map[string]string, 100)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	errs := make([]error, *connections)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			if errs[i] = sendAll(ctx, *to, letter, people); errs[i] != nil {
				cancel()
			}
		})
	}
	readErr := readList(ctx, filepath.Join(*folder, listName), people)
	group.Wait()
	return errors.Join(append(errs, readErr)...)
}

// sendAll sends to whoever comes, over one connection.
func sendAll(ctx context.Context, to string, l *letter, people <-chan map[string]string) error {
	host, portName, err := net.SplitHostPort(to)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(portName)
	if err != nil {
		return err
	}
	client, err := mail.NewClient(host, mail.WithPort(port), mail.WithTLSPolicy(mail.NoTLS))
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	for person := range people {
		m, err := l.message(person)
		if err == nil {
			err = client.Send(m)
		}
		if err != nil {
			return err
		}
	}
	return client.Close()
}

// message renders the letter for one person.
func (l *letter) message(person map[string]string) (*mail.Msg, error) {
	subject, err := render(l.subject, person)
	if err != nil {
		return nil, err
	}
	m := mail.NewMsg()
	if err := m.From(fromAddress); err != nil {
		return nil, err
	}
	if err := m.To(person["email"]); err != nil {
		return nil, err
	}
	m.Subject(subject)
	m.SetDate()
	m.SetMessageID()
	if err := m.SetBodyTextTemplate(l.text, person); err != nil {
		return nil, err
	}
	if err := m.AddAlternativeHTMLTemplate(l.html, person); err != nil {
		return nil, err
	}
	return m, nil
}
