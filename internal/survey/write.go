package survey

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/preset"
)

// File is what a configuration is made of.
type File struct {
	Finding *Finding
	KeyFile string // as the configuration names it; empty: none
	Date    time.Time
}

// YAML is the configuration, with the reason of each value above it.
func (w File) YAML() []byte {
	f, d := w.Finding, &document{}
	d.comment(0, "Written by `firsttoken init` on %s, after %d small requests (%d tokens in, %d out). "+
		"docs/configuration.md explains every key.", w.Date.Format(time.DateOnly), f.Requests, f.Input, f.Output)
	d.key(0, "targets", "")
	d.b.WriteString("  - name: " + text(f.Name()) + "\n")
	w.server(d)
	w.key(d)
	w.request(d)
	w.load(d)
	w.workload(d)
	w.objectives(d)
	d.comment(4, "With prices, in dollars per million tokens, `firsttoken check` shows the cost of the load, and budgets "+
		"are in dollars, too:")
	d.comment(4, "prices: {input: 1.20, cached_input: 0.20, output: 4.50}")
	return []byte(d.b.String())
}

// Name is a target's name by model and server.
func (f *Finding) Name() string {
	const longest = 80
	model := f.Endpoint.Model
	parts := []string{model[strings.LastIndexByte(model, '/')+1:]}
	if f.Engine != "" {
		parts = append(parts, f.Engine)
	}
	name := strings.Map(func(r rune) rune {
		if prober.LegalInName(r) {
			return r
		}
		return '-'
	}, strings.Join(parts, "-"))
	return cmp.Or(strings.Trim(name[:min(len(name), longest)], "-.:_"), "endpoint")
}

// server says where and what it is.
func (w File) server(d *document) {
	f := w.Finding
	d.key(4, "url", text(f.Endpoint.URL))
	if f.Engine != "" {
		version := ""
		if f.Version != "" {
			version = " Its version is " + f.Version + "."
		}
		d.comment(4, "Known by %s.%s docs/engines says what this sets; `firsttoken check` prints it.", f.Evidence, version)
		d.key(4, "engine", text(f.Engine))
	} else {
		d.comment(4, "What kind of server it is could not be told. If docs/engines has a page of it, name it here:")
		d.comment(4, "engine: vllm")
	}
	if f.Gateway != "" {
		d.comment(4, "Between here and the engine stands %s.", f.Gateway)
	}
	switch {
	case len(f.Refused) > 0:
		d.comment(4, "The dialect: %s is not served.", list(f.Refused))
	default:
		d.comment(4, "The dialect in which it answered.")
	}
	d.key(4, "api", string(f.Endpoint.API))
	w.model(d)
	w.metrics(d)
}

func (w File) model(d *document) {
	f := w.Finding
	switch {
	case f.Listed && len(f.Models) == 1:
		d.comment(4, "The only model of its list.")
	case f.Listed:
		d.comment(4, "One of the %d models of its list.", len(f.Models))
	default:
		d.comment(4, "It is in no list of models; the server answered for it.")
	}
	d.key(4, "model", text(f.Endpoint.Model))
	if f.Answered != "" {
		d.comment(4, "Its answers name another model. If that is not the one you mean, the numbers are another model's.")
		d.key(4, "answers_as", "["+text(f.Answered)+"]")
	}
}

// metrics names the engine's own page, also where the preset has the same one: it was seen there.
func (w File) metrics(d *document) {
	f := w.Finding
	p, _ := preset.Named(f.Engine)
	switch {
	case f.Metrics != "":
		d.comment(4, "Its own metrics, which Prometheus finds at /sd/engines.")
		d.key(4, "engine_metrics", "["+text(f.Metrics)+"]")
	case p.MetricsPath != "":
		d.comment(4, "No metrics of this engine at %s of this address: name the page if there is one.", p.MetricsPath)
		d.key(4, "engine_metrics", "null")
	}
}

func (w File) key(d *document) {
	if w.KeyFile == "" {
		return
	}
	d.comment(4, "Read for each request. The key itself stands nowhere else.")
	d.key(4, "api_key_file", text(w.KeyFile))
}

// request says what is sent beside the conversation.
func (w File) request(d *document) {
	f := w.Finding
	switch {
	case f.Endpoint.API == chat.OpenAICompletions:
	case f.Tools:
		d.comment(4, "It took the definitions of eight tools, and calls of them in the history.")
		d.key(4, "tools", "true")
	default:
		d.comment(4, "It refused tools: %s", f.NoTools)
		d.key(4, "tools", "false")
	}
	w.fields(d)
	if f.Thinks {
		d.comment(4, "A short answer had no token at all: all of it went into reasoning that is not shown. docs/engines "+
			"says how to switch that off.")
	}
}

// fields writes those of the request that the preset does not set as they were taken.
func (w File) fields(d *document) {
	f := w.Finding
	p, _ := preset.Named(f.Engine)
	changed := map[string]any{}
	for name, value := range f.Endpoint.ExtraBody {
		if set, ok := p.ExtraBody[name]; !ok || !reflect.DeepEqual(set, value) { // a value may be an object
			changed[name] = value
		}
	}
	if len(changed) == 0 {
		return
	}
	for _, m := range f.Mends {
		if mentions(m.Cure+m.Said, changed) {
			d.comment(4, "It refused a request: %s", m.Said)
		}
	}
	if changed["ignore_eos"] == true {
		d.comment(4, "With ignore_eos each answer has the length that is asked for; without, one was shorter.")
	}
	d.key(4, "extra_body", Flow(changed))
}

// mentions reports whether a text names one of the fields.
func mentions(text string, fields map[string]any) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(fields)), func(name string) bool {
		return strings.Contains(text, name)
	})
}

// watchTPM is the load in tokens a minute of watch, the profile for deployments of one's own.
const watchTPM = 125_000

// ownLoad is the prefill speed in tokens a second from which that load is less than a tenth of what one request at a
// time gets.
const ownLoad = 10 * watchTPM / 60

func (w File) load(d *document) {
	f, profile := w.Finding, prober.ProfileSentinel
	switch {
	case f.Vendor:
		d.comment(4, "The smallest load, for services that are paid for each token: a request every few minutes.")
	case f.Held:
		d.comment(4, "The smallest load, 20,000 tokens a minute.")
	case f.prefill() >= ownLoad:
		profile = prober.ProfileWatch
		d.comment(4, "125,000 tokens a minute, for a deployment of your own: less than a tenth of the %s tokens a second "+
			"at which it read prompts. `sentinel` is a sixth of that.", number(f.prefill()))
	default:
		d.comment(4, "The smallest load, 20,000 tokens a minute: it read prompts at %s tokens a second. `watch`, for "+
			"deployments of your own, is six times that.", number(f.prefill()))
	}
	d.key(4, "load", "{profile: "+profile+"}")
}

func (w File) workload(d *document) {
	if f := w.Finding; f.Usage && !f.Cached {
		d.comment(4, "Of a second turn its usage told no cached tokens, as if it had no prefix cache: some servers must be "+
			"told to count them (docs/engines).")
	}
	window := w.Finding.Window
	perWord, why := w.Finding.tokensPerWord()
	if window.AtLeast {
		d.comment(4, "Its window is no less than %d tokens (%s), and this workload's prompts fit into that.",
			window.Tokens, window.Source)
	}
	if window.AtLeast && why == "" {
		return
	}
	d.key(4, "workload", "")
	switch {
	case window.AtLeast:
	case window.Tokens > 0:
		d.comment(6, "The most tokens of a prompt and its answer, by %s. All sizes follow it.", window.Source)
		d.key(6, "window", strconv.Itoa(window.Tokens))
	default:
		d.comment(6, "Nothing tells the window, so this is a guess: set what the server takes.%s", w.tooLong())
		d.key(6, "window", strconv.Itoa(guessedWindow))
	}
	if why != "" {
		d.comment(6, "%s", why)
		d.key(6, "tokens_per_word", number(perWord))
	}
}

// guessedWindow is what hardly any server has less of.
const guessedWindow = 8192

func (w File) tooLong() string {
	if w.Finding.TooLong == "" {
		return ""
	}
	return " To a long prompt it said: " + w.Finding.TooLong
}

// tokensPerWord is the first guess of the prober, and why; no reason where its default is right.
func (f *Finding) tokensPerWord() (perWord float64, why string) {
	const unknown = 1.5
	switch {
	case !f.Usage:
		return unknown, "It tells no usage, so that the size of a prompt cannot be learnt: this errs on the safe side."
	case f.PerWord > 1.03 || f.PerWord > 0 && f.PerWord < 0.97:
		return f.PerWord, "What its tokenizer makes of a word, by two prompts. The prober goes on learning."
	}
	return 1, ""
}

func (w File) objectives(d *document) {
	f := w.Finding
	d.key(4, "slos", "")
	if f.Held {
		d.comment(6, "All answers came in one piece: something between here and the engine holds them back. A first "+
			"token and a rate mean nothing then. In nginx, `proxy_buffering off` cures it; run `firsttoken init` again.")
		d.key(6, "ttft", "null")
		d.key(6, "tps", "null")
		return
	}
	w.ttft(d)
	w.tps(d)
}

func (w File) ttft(d *document) {
	f := w.Finding
	threshold, ok := f.ttftThreshold()
	if !ok {
		return
	}
	expected, _ := f.expectedTTFT()
	d.comment(6, "Twice the %s s that a first token of a prompt of %d tokens takes, as far as %d requests tell: %s. "+
		"That is few; choose what your users need.", number(expected.Seconds()), f.prompt(), len(f.Samples), f.seen())
	d.key(6, "ttft", "{threshold: "+duration(threshold)+"}")
}

// seen lists the times to first token.
func (f *Finding) seen() string {
	var all []string
	for _, x := range f.Samples {
		all = append(all, fmt.Sprintf("%s s with %d", number(x.TTFT.Seconds()), x.Tokens))
	}
	return strings.Join(all, ", ")
}

func (w File) tps(d *document) {
	f := w.Finding
	threshold, ok := f.tpsThreshold()
	if !ok {
		d.comment(6, "No answer had a rate, so there is no objective for it.")
		d.key(6, "tps", "null")
		return
	}
	estimated := ""
	if !f.Usage {
		estimated = " It counts no tokens: these are events."
	}
	d.comment(6, "Half of the slowest rate of %d answers, %s tokens a second.%s",
		len(f.Samples), number(f.slowestTPS()), estimated)
	d.key(6, "tps", "{threshold: "+number(threshold)+"}")
}

func list(apis []chat.API) string {
	var names []string
	for _, a := range apis {
		names = append(names, string(a))
	}
	return strings.Join(names, ", ")
}
