package rules

import "github.com/symbi-ctl/symbi-ctl/pkg/skills/text"

// Privilege is the category of rules about rights that are taken.
const Privilege Category = "privilege-escalation"

func privilege() []Rule {
	return []Rule{
		{
			ID: "sudoers-edit", Severity: High, Confidence: Certain, Category: Privilege,
			Title:    "Root rights without a password",
			Why:      "From then on, every program of the user is root whenever it likes.",
			Fix:      "Run the single command with sudo, and let the user type the password.",
			Refs:     []string{"ASI03", "AST03", "CWE-250"},
			In:       text.Anywhere,
			Triggers: []string{"/etc/sudoers", "nopasswd"},
			Judge:    judgeSudoers,
			Hits: []Sample{
				{Text: "echo \"$USER ALL=(ALL) NOPASSWD: ALL\" | sudo tee /etc/sudoers.d/x"},
				{Text: "echo 'u ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers"},
				{Text: "sed -i 's/^%sudo.*/%sudo ALL=(ALL) NOPASSWD: ALL/' /etc/sudoers"},
			},
			Misses: []Sample{
				{Text: "sudo cat /etc/sudoers"},
				{Text: "Check /etc/sudoers for NOPASSWD entries."},
				{Text: "sudo visudo -c"},
			},
		},
		{
			ID: "setuid-bit", Severity: High, Confidence: Certain, Category: Privilege,
			Title:    "Program that runs as its owner",
			Why:      "A program with the setuid bit that belongs to root makes everybody root who can start it.",
			Fix:      "Remove it.",
			Refs:     []string{"ASI03", "CWE-250"},
			In:       text.Anywhere,
			Triggers: []string{"chmod u+s", "chmod +s", "chmod 4", "chmod 6", "chmod 04", "chmod ug+s", "setcap"},
			Judge:    judgeSetuid,
			Hits: []Sample{
				{Text: "cp /bin/bash /tmp/.b && chmod u+s /tmp/.b"},
				{Text: "sudo chmod 4755 ./helper"},
				{Text: "setcap cap_setuid+ep /usr/bin/python3"},
			},
			Misses: []Sample{
				{Text: "chmod 644 a.txt"},
				{Text: "chmod 600 key"},
				{Text: "setcap 'cap_net_bind_service=+ep' ./server"},
			},
		},
		{
			ID: "privileged-group", Severity: Low, Confidence: Likely, Category: Privilege,
			Title:    "User added to a group with root rights",
			Why:      "Members of these groups can become root without being asked.",
			Fix:      "Tell the user what membership means.",
			Refs:     []string{"ASI03", "CWE-250"},
			In:       text.Anywhere,
			Triggers: []string{"usermod", "gpasswd -a", "adduser ", "net localgroup", "dseditgroup", "dscl . -append"},
			Judge:    judgeGroup,
			Hits: []Sample{
				{Text: "sudo usermod -aG sudo $USER"},
				{Text: "sudo usermod -aG docker $USER"},
				{Text: "net localgroup administrators x /add"},
			},
			Misses: []Sample{
				{Text: "sudo usermod -aG video $USER"},
				{Text: "adduser --system app"},
				{Text: "net localgroup administrators"},
			},
		},
		{
			ID: "container-escape", Severity: Medium, Confidence: Likely, Category: Privilege,
			Title:    "Container with the rights of the host",
			Why:      "A privileged container, one that sees the host's root, or one that holds the Docker socket can do everything on the host.",
			Fix:      "Grant the single capability or device that is needed.",
			Refs:     []string{"ASI03", "ASI05", "AST06", "CWE-250"},
			In:       text.Code | text.Prose | text.Data,
			Triggers: []string{"--privileged", "docker.sock", "nsenter", "privileged: true", "-v /:/", "--pid=host", "release_agent", "cap_sys_admin", "cap-add=sys_admin", "cap-add=all", "cap-add sys_admin", "cap-add all"},
			Judge:    judgeContainer,
			Hits: []Sample{
				{Text: "docker run --rm -it --privileged -v /:/host alpine chroot /host sh"},
				{Text: "nsenter -t 1 -m -u -i -n sh"},
				{Path: "docker-compose.yml", Text: "    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock"},
			},
			Misses: []Sample{
				{Text: "docker run --rm -v \"$PWD\":/src alpine ls"},
				{Text: "Never run containers with `--privileged`."},
				{Path: "a.yaml", Text: "privileged: false"},
			},
		},
		{
			ID: "process-injection", Severity: High, Confidence: Likely, Category: Privilege,
			Title:    "Code put into another program",
			Why:      "The code runs with the rights and the secrets of the program it is put into.",
			Fix:      "Remove it.",
			Refs:     []string{"ASI05", "AST01", "CWE-94"},
			In:       text.Code | text.Prose | text.Comment,
			Triggers: []string{"ld_preload", "dyld_insert", "ptrace(", "ptrace_attach", "/proc/self/mem", "/etc/ld.so.preload", "gdb -p", "gdb --pid", "createremotethread", "writeprocessmemory", "process_vm_writev", "virtualallocex"},
			Judge:    judgeProcess,
			Hits: []Sample{
				{Text: "echo /tmp/.l.so > /etc/ld.so.preload"},
				{Text: "LD_PRELOAD=/tmp/.x/hook.so sudo -E id"},
				{Path: "a.c", Text: "ptrace(PTRACE_ATTACH, pid, 0, 0); ptrace(PTRACE_POKETEXT, pid, a, d);"},
				{Path: "a.cs", Text: "WriteProcessMemory(h, a, b, n, out w); CreateRemoteThread(h, 0, 0, a, 0, 0, 0);"},
			},
			Misses: []Sample{
				{Text: "LD_PRELOAD= is cleared before the build starts"},
				{Text: "LD_PRELOAD=/usr/lib/libjemalloc.so.2 ./server"},
				{Text: "unset LD_PRELOAD"},
				{Path: "guard.py", Text: "SUSPICIOUS = ['LD_PRELOAD', '/etc/ld.so.preload']"},
			},
		},
		{
			ID: "protection-off", Severity: High, Confidence: Likely, Category: Privilege,
			Title:    "Protection of the system switched off",
			Why:      "Virus protection, firewall, signature checks or logs are what would show an attack.",
			Fix:      "Add the one exception that is needed.",
			Refs:     []string{"ASI10", "AST01", "CWE-693"},
			In:       text.Anywhere,
			Triggers: []string{"spctl --", "csrutil disable", "setenforce 0", "selinux=disabled", "ufw disable", "set-mppreference", "add-mppreference", "advfirewall set", "iptables -f", "tamperprotection", "history -c", "unset histfile", "histfile=/dev/null", "histsize=0", "auditctl -e 0", "wevtutil cl", "clear-eventlog", "tccutil reset", "killall xprotect", "rm -rf /var/log", "sc stop windefend", "systemctl stop firewalld", "systemctl disable firewalld", "systemctl stop auditd"},
			Judge:    judgeProtection,
			Hits: []Sample{
				{Text: "sudo spctl --master-disable"},
				{Text: "Set-MpPreference -DisableRealtimeMonitoring $true"},
				{Text: "unset HISTFILE; history -c"},
				{Text: "wevtutil cl Security"},
			},
			Misses: []Sample{
				{Text: "spctl --assess -v Tool.app"},
				{Text: "sudo ufw allow 22/tcp && sudo ufw enable"},
				{Text: "Never disable SIP with `csrutil disable`."},
			},
		},
		{
			ID: "kernel-module", Severity: Medium, Confidence: Likely, Category: Privilege,
			Title:    "Code loaded into the kernel",
			Why:      "A kernel module can do and hide everything.",
			Fix:      "Leave modules to the distribution.",
			Refs:     []string{"ASI05", "CWE-250"},
			In:       text.Code | text.Prose,
			Triggers: []string{"insmod ", "modprobe ", "kextload", "bpf_probe_write_user"},
			Judge:    judgeKernel,
			Hits: []Sample{
				{Text: "sudo insmod ./hide.ko"},
				{Text: "sudo insmod /tmp/.m.ko"},
				{Text: "sudo kextload /tmp/x.kext"},
			},
			Misses: []Sample{
				{Text: "lsmod | grep kvm"},
				{Text: "sudo modprobe kvm"},
				{Text: "The tool uses insmod and modprobe."},
			},
		},
	}
}
