# ~/.profile: for login shells, after /etc/profile.
case $BASH_VERSION in
?*) [ -f ~/.bashrc ] && . ~/.bashrc ;;
esac
[ -d ~/bin ] && PATH="$HOME/bin:$PATH"
[ -d ~/.local/bin ] && PATH="$HOME/.local/bin:$PATH"
true
