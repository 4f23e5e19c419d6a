package host

// The lists hold domains, each with its sub-domains; a path narrows an entry to
// what lies below it. They are functions so that nothing is built at start.

// bins record requests that are sent to them: nobody publishes software there.
func bins() []string {
	return []string{
		"webhook.site", "requestbin.com", "requestbin.net", "m.pipedream.net", "requestcatcher.com", "beeceptor.com",
		"hookbin.com", "postb.in", "ptsv2.com", "ptsv3.com", "requestinspector.com", "webhookrelay.com", "interact.sh", "oast.fun", "oast.me", "oast.live",
		"oast.online", "oast.pro", "oast.site", "burpcollaborator.net", "oastify.com", "canarytokens.com", "dnslog.cn", "ceye.io", "hookdeck.com",
		"mockbin.org", "webhook-test.com", "smee.io", "requestrepo.com", "eyes.sh", "xss.report", "bxss.me", "typedwebhook.tools",
		"discord.com/api/webhooks", "discordapp.com/api/webhooks", "api.telegram.org/bot",
	}
}

func pastes() []string {
	return []string{
		"pastebin.com", "paste.ee", "glot.io", "rentry.co", "rentry.org", "hastebin.com", "ghostbin.com", "dpaste.com", "dpaste.org", "privatebin.net", "0bin.net",
		"pastes.io", "paste.rs", "ix.io", "sprunge.us", "termbin.com", "controlc.com", "justpaste.it", "telegra.ph", "pastecode.io", "paste.debian.net", "bpa.st",
		"pastie.org", "codepad.org", "snippet.host", "pasteio.com", "cl1p.net", "txti.es", "write.as", "paste.centos.org", "bin.disroot.org",
	}
}

func tunnels() []string {
	return []string{
		"ngrok.io", "ngrok.app", "ngrok-free.app", "ngrok-free.dev", "ngrok.dev", "trycloudflare.com", "loca.lt", "localtunnel.me", "serveo.net", "localhost.run", "lhr.life",
		"bore.pub", "pinggy.link", "pinggy.io", "portmap.io", "playit.gg", "duckdns.org", "no-ip.org", "ddns.net", "hopto.org", "zapto.org", "sytes.net", "onion", "onion.to", "i2p",
		"bore.digital", "tunnelto.dev", "telebit.io", "packetriot.net", "zrok.io",
	}
}

func shorteners() []string {
	return []string{
		"bit.ly", "tinyurl.com", "t.co", "goo.gl", "is.gd", "v.gd", "cutt.ly", "rebrand.ly", "ow.ly", "shorturl.at", "t.ly", "rb.gy", "tiny.cc", "soo.gd", "bl.ink", "s.id", "lnkd.in",
		"buff.ly", "adf.ly", "shorte.st", "qrco.de", "git.io", "u.nu", "dub.sh", "0x.co", "kutt.it", "vk.cc", "clck.ru",
	}
}

func fileShares() []string {
	return []string{
		"transfer.sh", "file.io", "0x0.st", "catbox.moe", "gofile.io", "anonfiles.com", "mega.nz", "mega.io", "mediafire.com", "sendspace.com", "wetransfer.com", "we.tl",
		"zippyshare.com", "uploadfiles.io", "tmpfiles.org", "temp.sh", "bashupload.com", "oshi.at", "pixeldrain.com", "filebin.net", "ufile.io", "dropmefiles.com", "krakenfiles.com",
		"cdn.discordapp.com", "media.discordapp.net", "qu.ax", "x0.at", "uguu.se", "pomf.lain.la", "envs.sh", "workupload.com", "easyupload.io", "1fichier.com", "rapidgator.net", "nitroflare.com", "terabox.com",
		"termbin.com",
	}
}

func registries() []string {
	return []string{
		"npmjs.com", "npmjs.org", "pypi.org", "pythonhosted.org", "crates.io", "rubygems.org", "packagist.org", "nuget.org", "maven.org", "golang.org", "go.dev", "hub.docker.com", "docker.io",
		"ghcr.io", "quay.io", "deno.land", "jsr.io", "esm.sh", "unpkg.com", "jsdelivr.net", "cdnjs.cloudflare.com", "skypack.dev", "conda.io", "anaconda.org", "anaconda.com", "yarnpkg.com",
		"debian.org", "ubuntu.com", "fedoraproject.org", "archlinux.org", "alpinelinux.org", "brew.sh", "flathub.org", "snapcraft.io", "hackage.haskell.org", "hex.pm", "pub.dev", "cran.r-project.org",
	}
}

func forges() []string {
	return []string{
		"github.com", "githubusercontent.com", "github.io", "gitlab.com", "gitlab.io", "bitbucket.org", "codeberg.org", "sr.ht", "gitee.com", "sourceforge.net", "huggingface.co", "gist.github.com",
		"clawhub.ai", "clawhub.com", "gitcode.com",
	}
}

// clouds host files and programs of anybody under the provider's name.
func clouds() []string {
	return []string{
		"amazonaws.com", "cloudfront.net", "storage.googleapis.com", "googleusercontent.com", "run.app", "appspot.com", "web.app", "firebaseapp.com", "firebaseio.com", "azurewebsites.net", "blob.core.windows.net", "azureedge.net",
		"vercel.app", "netlify.app", "pages.dev", "workers.dev", "r2.dev", "r2.cloudflarestorage.com", "herokuapp.com", "onrender.com", "railway.app", "up.railway.app", "fly.dev", "deno.dev", "surge.sh", "glitch.me", "repl.co", "replit.app",
		"replit.dev", "supabase.co", "digitaloceanspaces.com", "ondigitalocean.app", "backblazeb2.com", "dropbox.com", "dropboxusercontent.com", "drive.google.com", "docs.google.com", "onedrive.live.com", "1drv.ms", "sharepoint.com",
		"aliyuncs.com", "myqcloud.com", "convex.site", "convex.cloud", "val.run", "modal.run", "hf.space",
	}
}

func examples() []string {
	return []string{
		"example.com", "example.org", "example.net", "example", "test", "yourdomain.com", "your-domain.com", "yoursite.com", "your-site.com", "mydomain.com", "domain.com", "yourcompany.com", "company.com",
		"acme.com", "mycompany.com", "your-server.com", "your-app.com", "yourapp.com", "myapp.com", "site.com", "foo.com", "bar.com", "foo.bar", "website.com", "myserver.com", "attacker.com", "evil.com", "malicious.com", "hacker.com", "target.com", "victim.com",
		"attacker.example", "evil.example", "attacker.io", "evil.io", "bad.com", "malicious-site.com", "evil-site.com", "attacker.site", "malicious.example", "evil.sh", "evil.org", "attacker.org", "evil.net",
	}
}

// madeUpIPs are what people write when they mean any address.
func madeUpIPs() []string {
	return []string{"1.2.3.4", "2.3.4.5", "4.3.2.1", "5.6.7.8", "1.1.1.1", "8.8.8.8", "9.9.9.9", "6.6.6.6", "11.22.33.44", "12.34.56.78", "123.45.67.89", "123.123.123.123", "13.37.13.37", "1.3.3.7"}
}

// vendors publish installers that their own documentation pipes into a shell.
func vendors() []string {
	return []string{
		// languages, packages, versions
		"astral.sh", "rustup.rs", "bun.sh", "bun.com", "deno.com", "deno.land", "nodejs.org", "nodesource.com", "volta.sh", "fnm.vercel.app", "pnpm.io", "python-poetry.org", "python.org", "pypa.io", "pdm-project.org", "pdm.fming.dev", "rye.astral.sh", "pixi.sh", "prefix.dev", "mamba.pm", "micro.mamba.pm",
		"mise.run", "mise.jdx.dev", "asdf-vm.com", "sdkman.io", "ghcup.haskell.org", "haskell.org", "haskellstack.org", "julialang.org", "ziglang.org", "dlang.org", "nim-lang.org", "crystal-lang.org", "elixir-lang.org", "scala-lang.org", "get-coursier.io", "ruby-lang.org", "rvm.io", "get.rvm.io", "getcomposer.org", "php.net", "laravel.com", "php.new", "dot.net", "dotnet.microsoft.com", "microsoft.com", "aka.ms", "visualstudio.com",
		"swift.org", "flutter.dev", "fvm.app", "dart.dev", "moonbitlang.com", "gleam.run", "roc-lang.org", "unison-lang.org", "lean-lang.org", "coq.inria.fr", "opam.ocaml.org", "nixos.org", "determinate.systems", "lix.systems", "jetify.com", "jetpack.io", "devenv.sh", "flox.dev", "guix.gnu.org", "pkgx.sh", "tea.xyz", "webinstall.dev", "webi.sh", "just.systems", "taskfile.dev", "scoop.sh", "chocolatey.org", "dprint.dev", "biomejs.dev", "ohmyz.sh", "ohmyposh.dev", "starship.rs", "atuin.sh", "zed.dev", "warp.dev", "charm.sh", "nushell.sh",
		// cloud, containers, infrastructure
		"docker.com", "k3s.io", "rke2.io", "k8s.io", "kubernetes.io", "helm.sh", "istio.io", "linkerd.io", "fluxcd.io", "argoproj.io", "cilium.io", "tilt.dev", "skaffold.dev", "okteto.com", "pulumi.com", "opentofu.org", "hashicorp.com", "terraform.io", "terragrunt.com", "infracost.io", "tflint.io", "anchore.io", "aquasecurity.github.io", "trivy.dev", "snyk.io", "semgrep.dev", "sonarsource.com", "sonarqube.org", "sonarcloud.io", "sysdig.com", "falco.org", "sigstore.dev",
		"google.com", "googleapis.com", "gcloud.sh", "cloud.google.com", "amazon.com", "aws.amazon.com", "awscli.amazonaws.com", "awssamcli.amazonaws.com", "azure.com", "cloudflare.com", "digitalocean.com", "hetzner.com", "fly.io", "railway.com", "railway.app/install.sh", "render.com", "vercel.com", "netlify.com", "heroku.com", "cli-assets.heroku.com", "encore.dev", "sst.dev", "serverless.com", "upbound.io", "crossplane.io", "dagger.io", "earthly.dev", "buf.build", "bazel.build", "gradle.org", "apache.org", "jenkins.io", "circleci.com", "gitpod.io", "coder.com", "codespaces.new", "code-server.dev", "alicdn.com", "aliyun.com", "tencent.com", "volcengine.com", "baidu.com", "feishu.cn", "larksuite.com", "depot.dev", "namespace.so", "blacksmith.sh", "nvidia.com", "runpod.io", "lambdalabs.com", "vast.ai", "skypilot.co", "modal.com", "wasmer.io", "wasmtime.dev", "wasmcloud.com", "fermyon.com", "spinframework.dev", "extism.org",
		"tailscale.com", "netbird.io", "zerotier.com", "ngrok.com", "twingate.com", "teleport.dev", "goteleport.com", "infisical.com", "doppler.com", "1password.com", "bitwarden.com", "vaultproject.io", "cachix.org",
		// data
		"clickhouse.com", "duckdb.org", "motherduck.com", "cockroachlabs.com", "tur.so", "turso.tech", "planetscale.com", "neon.tech", "supabase.com", "convex.dev", "edgedb.com", "geldata.com", "surrealdb.com", "questdb.io", "influxdata.com", "timescale.com", "mongodb.com", "mongodb.org", "redis.io", "elastic.co", "opensearch.org", "meilisearch.com", "typesense.org", "qdrant.io", "weaviate.io", "min.io", "postgresql.org", "mysql.com", "mariadb.com", "mariadb.org", "couchbase.com", "couchdb.apache.org", "neo4j.com", "arangodb.com", "dgraph.io", "tidb.io", "pingcap.com", "tiup.io", "databricks.com", "getdbt.com", "airbyte.com", "meltano.com", "prefect.io", "dagster.io", "temporal.io", "temporal.download", "confluent.io", "confluent.cloud", "redpanda.com", "vector.dev", "fluentbit.io", "grafana.com", "datadoghq.com", "newrelic.com", "sentry.io", "sentry.dev", "posthog.com", "signoz.io", "honeycomb.io", "netdata.cloud", "hasura.io", "stepzen.com", "prisma.io", "steampipe.io", "turbot.com", "powerpipe.io", "flowpipe.io",
		// agents and models
		"ollama.com", "ollama.ai", "lmstudio.ai", "claude.ai", "anthropic.com", "openai.com", "openclaw.ai", "openclaw.bot", "clawd.bot", "molt.bot", "opencode.ai", "cursor.com", "cursor.sh", "codeium.com", "windsurf.com", "factory.ai", "ampcode.com", "charm.land", "block.github.io", "aider.chat", "continue.dev", "sourcegraph.com", "coderabbit.ai", "graphite.dev", "devin.ai", "kiro.dev", "x.ai", "mistral.ai", "huggingface.co", "hf.co", "lightning.ai", "comfy.org", "langchain.com", "crewai.com", "dify.ai", "n8n.io", "browser-use.com", "browserbase.com", "e2b.dev", "daytona.io", "composio.dev", "mem0.ai", "letta.com", "kimi.com", "qwen.ai", "agentskills.io", "skills.sh", "smithery.ai", "exa.ai", "firecrawl.dev", "tavily.com", "elevenlabs.io", "geminicli.com", "ast-grep.github.io", "entire.io", "superset.sh", "conductor.build", "amp.dev",
		// chains
		"paradigm.xyz", "foundry.paradigm.xyz", "getfoundry.sh", "solana.com", "anza.xyz", "solana.org", "sui.io", "mystenlabs.com", "aptos.dev", "aptoslabs.com", "near.org", "near.dev", "starknet.io", "starkup.dev", "starkup.sh", "swmansion.com", "dojoengine.org", "noir-lang.org", "noirup.dev", "aztec.network", "aztec-labs.com", "risczero.com", "succinct.xyz", "avax.network", "avalabs.org", "cosmos.network", "ignite.com", "celestia.org", "base.org", "optimism.io", "arbitrum.io", "zksync.io", "fuel.network", "fuel.sh", "cairo-lang.org", "stellar.org", "ton.org", "algorand.co", "hedera.com", "chain.link", "thegraph.com", "filecoin.io", "ipfs.tech", "lightning.engineering", "getumbrel.com", "bitcoin.org", "radicle.xyz", "coinbase.com", "internetcomputer.org", "dfinity.org", "soliditylang.org",
		// tools
		"cli.github.com", "gitlab.com/gitlab-org", "atlassian.com", "slack.com", "stripe.com", "twilio.com", "shopify.com", "shopify.dev", "expo.dev", "mobile.dev", "maestro.mobile.dev", "get.maestro.mobile.dev", "bitrise.io", "fastlane.tools", "cocoapods.org", "packagecloud.io", "tuist.io", "tuist.dev", "typst.app", "typst.community", "quarto.org", "pandoc.org", "texlive.info", "tug.org", "yihui.org", "ffmpeg.org", "blender.org", "godotengine.org", "unity.com", "rclone.org", "restic.net", "syncthing.net", "plex.tv", "jellyfin.org", "home-assistant.io", "pi-hole.net", "pivpn.io", "portainer.io", "coolify.io", "coollabs.io", "dokku.com", "dokploy.com", "caprover.com", "getcoolify.io", "yunohost.org", "casaos.io", "runtipi.io", "cloudron.io", "linuxserver.io", "llvm.org", "gnu.org", "kernel.org", "openssl.org", "letsencrypt.org", "acme.sh", "get.acme.sh", "caddyserver.com", "nginx.org", "traefik.io", "haproxy.org", "k6.io", "hurl.dev", "httpie.io", "grpcurl.dev", "projectdiscovery.io", "metasploit.com", "kali.org", "raspberrypi.com", "platformio.org", "espressif.com", "arduino.cc", "nordicsemi.com", "zephyrproject.org", "ros.org", "wolfram.com", "sagemath.org", "jetbrains.com", "eclipse.org", "qlty.sh", "codecov.io", "codecov.com", "coveralls.io", "deepsource.com", "deepsource.io", "fossa.com", "fossa.io", "socket.dev", "endorlabs.com", "stepsecurity.io", "gitguardian.com", "trufflesecurity.com", "speakeasy.com", "speakeasyapi.dev", "fern.dev", "stainless.com", "zapier.com", "make.com", "retool.com", "appwrite.io", "pocketbase.io", "nhost.io", "clerk.com", "auth0.com", "okta.com", "workos.com", "stytch.com", "fusionauth.io", "zitadel.com", "keycloak.org", "ory.sh", "raw.githubusercontent.com/homebrew", "raw.githubusercontent.com/nvm-sh", "raw.githubusercontent.com/helm", "raw.githubusercontent.com/pyenv", "pyenv.run", "tea.gitea.com", "gitea.com", "forgejo.org",
	}
}
