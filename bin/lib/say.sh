# shellcheck shell=bash
# say.sh - one sentence for the person at the terminal, Chinese and English; details go to the log. Knows nothing else.

LOG=/dev/null # set by the caller once it has a directory

SAID= # whether the reason of the end was given

say() { printf '%s\n  %s\n' "$1" "$2"; }

# fail 中文 English - says why, and ends.
fail() {
  # shellcheck disable=SC2034 # bin/up asks
  SAID=yes
  printf '✗ %s\n  %s\n' "$1" "$2" >&2
  exit 1
}

# step 中文 English command… - runs the command with its output in the log; its time on the terminal; stops if it fails.
step() {
  local zh=$1 en=$2 since=$SECONDS from status=0
  shift 2
  printf '· %s  %s … ' "$zh" "$en"
  from=$(stat -c %s "$LOG")
  "$@" >>"$LOG" 2>&1 </dev/null {LOCK_FD}>&- || status=$? # what outlives us must not hold our lock
  if ((status)); then
    printf '\n'
    explain "$zh" "$en" "$(tail -c "+$((from + 1))" "$LOG")"
  fi
  printf '%s s\n' $((SECONDS - since))
}

# explain 中文 English OUTPUT - stops with the likeliest cause that the output of the failed step shows.
explain() {
  local log=${LOG#"$ROOT"/}
  case $3 in
    *"No space left on device"* | *"not have enough free space"*)
      fail "磁盘已满，“$1”没有完成。请腾出空间后重新运行。" "The disk is full: “$2” did not finish. Free some space and run this again." ;;
    *"Temporary failure resolving"* | *"Temporary failure in name resolution"* | *"Could not resolve"* | *"Network is unreachable"* | \
      *"NewConnectionError"* | *"ENOTFOUND"* | *"EAI_AGAIN"* | *"ETIMEDOUT"* | *"Could not connect to"* | *"Name or service not known"*)
      fail "网络不通，“$1”没有完成。请检查网络后重新运行（详情：$log）。" \
        "No network: “$2” did not finish. Check the connection and run this again (details: $log)." ;;
    *"DO NOT MATCH THE HASHES"* | *EINTEGRITY*)
      fail "下载的软件包与锁定文件中的校验值不符，已停止（详情：$log）。" \
        "A downloaded package does not match its hash in the lock file; nothing was installed (details: $log)." ;;
    *)
      tail -n "${SHOWN_LINES:-15}" <<<"$3" >&2
      fail "“$1”没有成功，原因见上（全部输出：$log）。" "“$2” failed, the reason is above (all output: $log)." ;;
  esac
}
