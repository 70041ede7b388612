package config_test

import (
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/internal/config"
)

// A target inherits what it does not say; every mistake is reported at once, with its line.
func ExampleParse() {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	file, err := config.Parse("firsttoken.yml", []byte(`
defaults: {api: openai_chat, load: {profile: sentinel}}
targets:
  - {name: kimi, url: "https://api.example.com/v1", model: moonshotai/Kimi-K2.5}
  - {name: glm, url: "https://api.example.com/v1", model: zai-org/GLM-5, load: {tokens_per_minute: 5000}}
`), now)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range file.Targets {
		fmt.Println(t.Name, t.API, t.Load.TokensPerMinute)
	}

	_, err = config.Parse("firsttoken.yml", []byte(`
defaults: {api: openai_chat, model: m}
targets:
  - {name: kimi, url: "https://api.example.com/v1", load: {tokens_per_minute: many}}
  - {name: kimi, url: "https://api.example.com/v1", tiers: gold}
`), now)
	fmt.Println(err)
	// Output:
	// kimi openai_chat 20000
	// glm openai_chat 5000
	// firsttoken.yml:4: targets[0].load.tokens_per_minute: must be a number, not text
	// firsttoken.yml:5: targets[1].tiers: there is no such key; did you mean tier?
	// firsttoken.yml:5: targets[1].name: "kimi" is already the name of targets[0] in line 4
}
