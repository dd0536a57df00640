# ~/.bashrc: for interactive shells, after /etc/bash.bashrc. It is yours: add to it what you like.
alias ls='ls --color=auto'
alias ll='ls -l'
alias la='ls -A'
