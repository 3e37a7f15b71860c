package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"os"
	"path/filepath"
	texttemplate "text/template"
)

// A letter is the campaign's, as the go-mail loop reads it: with the standard
// library alone, each template parsed once.
type letter struct {
	subject, text *texttemplate.Template
	html          *htmltemplate.Template
}

func parseLetter(folder string) (*letter, error) {
	var l letter
	var errs [3]error
	l.subject, errs[0] = texttemplate.New("subject").Parse(subject)
	l.text, errs[1] = texttemplate.ParseFiles(filepath.Join(folder, textName))
	l.html, errs[2] = htmltemplate.ParseFiles(filepath.Join(folder, htmlName))
	return &l, errors.Join(errs[:]...)
}

func render(t *texttemplate.Template, person map[string]string) (string, error) {
	var b bytes.Buffer
	err := t.Execute(&b, person)
	return b.String(), err
}

// readList passes each row on as a map from the header's names, and closes the
// channel.
func readList(ctx context.Context, path string, people chan<- map[string]string) error {
	defer close(people)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	header, err := rows.Read()
	if err != nil {
		return fmt.Errorf("reading the list: %w", err)
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the list: %w", err)
		}
		person := make(map[string]string, len(header))
		for i, name := range header {
			person[name] = row[i]
		}
		select {
		case people <- person:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
