package file

import (
	_ "embed"
	"slices"
	"strings"
	"time"
)

// zoneList holds the names of the IANA time zone database (2025b), one a line;
// it is for suggestions, the database itself decides.
//
//go:embed zones.txt
var zoneList string

// abbreviations that name no zone of the database, or one with other rules.
var abbreviations = map[string]string{
	"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura", "SGT": "Asia/Singapore", "IST": "Asia/Kolkata",
	"JST": "Asia/Tokyo", "KST": "Asia/Seoul", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "CST": "America/Chicago",
	"CDT": "America/Chicago", "EDT": "America/New_York", "MDT": "America/Denver", "BST": "Europe/London", "CEST": "Europe/Berlin",
	"AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "AWST": "Australia/Perth", "MSK": "Europe/Moscow",
}

func readZone(r *reader, n *node, d *draft) {
	text, ok := r.text(n)
	if !ok {
		return
	}
	if known(text) {
		d.Schedule.Zone = text
		return
	}
	if meant := meantZone(text); meant != "" {
		r.fail(n, "", "%s: unknown time zone %q; did you mean `%s`?", n.path, shorten(text), meant)
		return
	}
	r.fail(n, "write the name of a city of the zone, like Asia/Jakarta or Europe/Berlin", "%s: unknown time zone %q", n.path, shorten(text))
}

// known: a name that is in the list in other letters is refused, as file
// systems that fold case know "asia/jakarta" and other machines do not.
func known(zone string) bool {
	folded := func(z string) bool { return strings.EqualFold(z, zone) && z != zone }
	if zone == "Local" || slices.ContainsFunc(strings.Fields(zoneList), folded) {
		return false
	}
	_, err := time.LoadLocation(zone)
	return err == nil
}

// meantZone finds a zone by abbreviation, by city alone, or by spelling.
func meantZone(text string) string {
	if zone, ok := abbreviations[strings.ToUpper(text)]; ok {
		return zone
	}
	zones := strings.Fields(zoneList)
	flat := strings.ReplaceAll(strings.ToLower(text), " ", "_")
	var cities []string
	for _, zone := range zones {
		city := strings.ToLower(zone[strings.LastIndexByte(zone, '/')+1:])
		if city == flat || strings.EqualFold(zone, flat) {
			return zone
		}
		cities = append(cities, city)
	}
	if meant := nearest(text, zones); meant != "" {
		return meant
	}
	if city := nearest(flat, cities); city != "" {
		for _, zone := range zones {
			if strings.HasSuffix(strings.ToLower(zone), "/"+city) {
				return zone
			}
		}
	}
	return ""
}
