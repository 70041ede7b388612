package prober

import (
	"slices"
	"strings"
)

// AskedFor reports whether an answer that names the given model came from the one that was asked for. Vendors answer
// with a longer or shorter spelling of the same name:
//
//	asked                       answered
//	claude-sonnet-5-5           claude-sonnet-5-5-20261001     a dated version of it
//	mistral-large-latest        mistral-large-2610             what "latest" means today
//	moonshotai/Kimi-K2.5        Kimi-K2.5                      without its owner, or with one
//	my-alias                    whatever answers_as lists
//
// An answer that names no model is believed.
func (t Target) AskedFor(answered string) bool {
	if answered == "" || slices.Contains(t.AnswersAs, answered) {
		return true
	}
	asked, got := bareModel(t.Model), bareModel(answered)
	return got == asked || strings.HasPrefix(got, asked+"-") || strings.HasPrefix(got, asked+":") ||
		strings.HasPrefix(got, strings.TrimSuffix(asked, "latest")) && strings.HasSuffix(asked, "-latest")
}

// bareModel is the last part of a model's name, in lower case: servers differ in owners, paths and capitals.
func bareModel(name string) string {
	name = strings.TrimSuffix(strings.ToLower(name), "/")
	return name[strings.LastIndexByte(name, '/')+1:]
}
