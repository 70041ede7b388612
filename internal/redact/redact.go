// Package redact takes secrets out of texts that somebody else wrote. A server may repeat the key that it was sent: in
// an error, in a header, in the name of a model; whole, cut short, escaped, or in pieces.
package redact

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// Mark stands where a secret, or a part of one, was.
const Mark = "<secret>"

const (
	// Part is the length in bytes of the shortest part of a secret that is taken out. Shorter parts of a random key
	// are found in ordinary text too often, and give too little away.
	Part = 8
	// Shortest is the length of the shortest secret that is looked for; it is looked for whole.
	Shortest = 4
)

// Redactor knows some secrets. The zero Redactor knows none. It is safe for concurrent use once it is made.
type Redactor struct {
	parts map[string]struct{} // every run of Part bytes of every spelling of a secret
	short []string            // secrets that are shorter than a Part
}

// New knows the given secrets in each spelling in which a server may repeat them: as they are, and as they stand in a
// URL, in a JSON string, in base64. Secrets shorter than Shortest are ignored: taking "a" out would destroy the text.
func New(secrets ...string) *Redactor {
	r := &Redactor{parts: map[string]struct{}{}}
	for _, secret := range secrets {
		for _, spelling := range spellings(strings.TrimSpace(secret)) {
			r.add(spelling)
		}
	}
	return r
}

func (r *Redactor) add(secret string) {
	switch {
	case len(secret) < Shortest:
	case len(secret) < Part:
		r.short = append(r.short, secret)
	default:
		for i := range len(secret) - Part + 1 {
			r.parts[secret[i:i+Part]] = struct{}{}
		}
	}
}

func spellings(secret string) []string {
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.URLEncoding.EncodeToString([]byte(secret)),
		strings.ReplaceAll(secret, "/", `\/`),
	}
	if quoted, err := json.Marshal(secret); err == nil {
		all = append(all, strings.Trim(string(quoted), `"`))
	}
	return all
}

// Clean is the text without any secret and without any part of one that is Part bytes long or longer. Text that stands
// between two such parts stays.
//
//	text    invalid key sk-abcdefghijkl provided      secret sk-abcdefghijklmnop
//	parts               ├──────┤
//	                       …├──────┤
//	clean   invalid key <secret> provided
func (r *Redactor) Clean(text string) string {
	if r == nil {
		return text
	}
	text = r.withoutParts(text)
	for _, secret := range r.short {
		text = strings.ReplaceAll(text, secret, Mark)
	}
	return text
}

func (r *Redactor) withoutParts(text string) string {
	if len(r.parts) == 0 {
		return text
	}
	var clean strings.Builder
	kept := 0 // end of what was copied or taken out
	for i := 0; i+Part <= len(text); {
		end, found := r.secretAt(text, i)
		if !found {
			i++
			continue
		}
		clean.WriteString(text[kept:i])
		clean.WriteString(Mark)
		i, kept = end, end
	}
	if kept == 0 {
		return text
	}
	clean.WriteString(text[kept:])
	return clean.String()
}

// secretAt is the end of the longest chain of overlapping parts that begins at i.
func (r *Redactor) secretAt(text string, i int) (end int, found bool) {
	if _, found = r.parts[text[i:i+Part]]; !found {
		return 0, false
	}
	end = i + Part
	for next := i + 1; next+Part <= len(text) && next <= end; next++ {
		if _, more := r.parts[text[next:next+Part]]; more {
			end = next + Part
		}
	}
	return end, true
}
