# For every interactive bash, before ~/.bashrc.
case $- in
*i*) ;;
*) return ;;
esac

# Once: a login shell comes here by /etc/profile, too.
[ -n "$__tabos_marks" ] && return

HISTSIZE=5000
HISTFILESIZE=10000
HISTCONTROL=ignoreboth
shopt -s histappend checkwinsize cmdhist

# Marks of shell integration, OSC 133: D ends a command with its exit code, A begins a prompt, B ends it, and C (PS0)
# stands between what was typed and what it prints. The history is written before each prompt, because a tab may close
# at any time. The sign of the prompt is red after a command that failed.
__tabos_marks=1
PROMPT_COMMAND=('__tabos_prompt')
__tabos_prompt() {
	local status=$?
	printf '\e]133;D;%s\a' "$status"
	history -a
	__tabos_color=0
	[ "$status" -ne 0 ] && __tabos_color=31
	return "$status"
}
PS1='\[\e]133;A\a\e[1;32m\]\u@tabos\[\e[0m\]:\[\e[1;34m\]\w\[\e[0;${__tabos_color}m\]\$\[\e[0m\] \[\e]133;B\a\]'
PS0='\e]133;C\a'
PS2='> '

# Completion of the arguments of common commands is read when Tab is first pressed behind a command.
__tabos_load_completion() {
	complete -D -o bashdefault -o default
	. /usr/share/bash-completion/bash_completion 2>/dev/null && return 124
}
complete -D -F __tabos_load_completion -o bashdefault -o default
