package config

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// reader turns one file into targets and collects its problems.
type reader struct {
	name     string
	now      time.Time
	places   map[*yaml.Node]place // where each value was written
	sizes    map[*yaml.Node]int   // number of nodes at and below; 0 while locate is inside the node
	broken   map[*yaml.Node]bool  // rejected: problems that follow from it are not reported
	checked  map[*yaml.Node]bool  // result of checkType
	checks   []Check
	named    map[string]*yaml.Node // the name of each target so far
	problems Errors
	warnings Errors
}

// place is where a value was written: the line of its key, and the path to it. The list is that of a target that
// was found; it is empty for everything in the configuration itself.
type place struct {
	list string
	line int
	path string
}

func newReader(name string, now time.Time) *reader {
	return &reader{
		name: name, now: now,
		places: map[*yaml.Node]place{}, sizes: map[*yaml.Node]int{}, broken: map[*yaml.Node]bool{},
		checked: map[*yaml.Node]bool{}, named: map[string]*yaml.Node{},
	}
}

func (r *reader) add(line int, path, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.name, Line: line, Path: path, Reason: fmt.Sprintf(format, args...)})
}

// addAt reports a problem of a value at its place.
func (r *reader) addAt(n *yaml.Node, format string, args ...any) {
	p := r.problemAt(r.places[n])
	p.Reason = fmt.Sprintf(format, args...)
	r.problems = append(r.problems, p)
}

// problemAt is a problem without a reason.
func (r *reader) problemAt(at place) Problem {
	return Problem{File: cmp.Or(at.list, r.name), Line: at.line, Path: at.path}
}

// reject reports a problem of a value and replaces it by null, so that no problem that follows from it is
// reported too.
func (r *reader) reject(n *yaml.Node, format string, args ...any) {
	r.addAt(n, format, args...)
	*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line}
	r.broken[n] = true
}

// syntax reports a file that is not YAML. The YAML library names at most one line.
func (r *reader) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.Replace(text, m[0], "", 1)
	}
	r.add(line, "", "this is not YAML: %s", text)
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// join appends a key to a dotted path.
func join(path, key string) string {
	if path == "" || key == "" {
		return path + key
	}
	return path + "." + key
}
