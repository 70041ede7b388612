// Package redact takes secrets out of texts that somebody else wrote. A server may repeat the key that it was sent: in
// an error, in a header, in the name of a model; whole, cut short, escaped, or in pieces.
package redact

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strings"
)

// Mark stands where a secret, or a part of one, was.
const Mark = "<secret>"

const (
	// Part is the length in bytes of the shortest part of a secret that is taken out. Shorter parts of a random key
	// are found in ordinary text too often, and give too little away.
	Part = 8
	// shortest is the length of the shortest secret that is looked for; it is looked for whole.
	shortest = 4
)

// Redactor knows some secrets. The zero Redactor knows none. It is safe for concurrent use once it is made.
type Redactor struct {
	parts map[part]struct{} // every run of Part bytes of every spelling of a secret
	short []string          // secrets that are shorter than a Part
}

// part is a run of bytes, its ASCII letters in lower case: a server may repeat a secret in another case.
type part [Part]byte

func partOf(text string) (p part) {
	for i := range p {
		p[i] = text[i]
		if 'A' <= p[i] && p[i] <= 'Z' {
			p[i] += 'a' - 'A'
		}
	}
	return p
}

// New knows the given secrets in each spelling in which a server may repeat them: as they are, and as they stand in a
// URL, in a JSON string, in HTML, in base64. Parts are found in upper and lower case. Secrets shorter than shortest
// are ignored: taking "a" out would destroy the text.
func New(secrets ...string) *Redactor {
	r := &Redactor{parts: map[part]struct{}{}}
	for _, secret := range secrets {
		for _, spelling := range spellings(strings.TrimSpace(secret)) {
			r.add(spelling)
		}
	}
	return r
}

func (r *Redactor) add(secret string) {
	switch {
	case len(secret) < shortest:
	case len(secret) < Part:
		r.short = append(r.short, secret)
	default:
		for i := range len(secret) - Part + 1 {
			r.parts[partOf(secret[i:])] = struct{}{}
		}
	}
}

func spellings(secret string) []string {
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
		strings.ReplaceAll(secret, "/", `\/`),
	}
	if quoted, err := json.Marshal(secret); err == nil {
		all = append(all, strings.Trim(string(quoted), `"`))
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		all = append(all, encoding.EncodeToString([]byte(secret)))
		if len(secret) >= Part {
			all = append(all, encodedBehind(encoding, secret, 1), encodedBehind(encoding, secret, 2))
		}
	}
	return all
}

// encodedBehind is what a secret looks like in the base64 of a longer text, such as a whole header: behind n bytes more
// than a multiple of three. The digits that it shares with its neighbours are left out.
func encodedBehind(encoding *base64.Encoding, secret string, n int) string {
	text := strings.Repeat(" ", n) + secret
	whole := encoding.EncodeToString([]byte(text))
	return whole[n+1 : len(text)*8/6]
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
	if _, found = r.parts[partOf(text[i:])]; !found {
		return 0, false
	}
	end = i + Part
	for next := i + 1; next+Part <= len(text) && next <= end; next++ {
		if _, more := r.parts[partOf(text[next:])]; more {
			end = next + Part
		}
	}
	return end, true
}
