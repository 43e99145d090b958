" Vim syntax: rule files of depeer, which are those of SpamAssassin and more.
" Put it into ~/.vim/syntax/ and say there, in ~/.vim/filetype.vim:
"   au BufRead,BufNewFile */depeer/**.cf,*/spamassassin/*.cf setf depeer
" A test holds the words against the parser's (tool/editors_test.c).
if exists("b:current_syntax")
  finish
endif
syn case ignore

syn match depeerComment "\\\@<!#.*" contains=@Spell,depeerTodo
syn keyword depeerTodo contained TODO FIXME XXX
syn match depeerLine "^\s*" nextgroup=depeerKind,depeerAbout,depeerBlock,depeerSetting
syn match depeerName contained "\h\w*"
syn match depeerLocale contained "\a\+" nextgroup=depeerAbout,depeerSetting skipwhite
syn keyword depeerKind contained header body rawbody uri uri_detail full mimeheader askdns flux meta nextgroup=depeerName skipwhite
syn keyword depeerKind contained network nextgroup=depeerName skipwhite
syn keyword depeerAbout contained score describe tflags priority expires test nextgroup=depeerName skipwhite
syn keyword depeerBlock contained if ifplugin else endif include require_version
syn keyword depeerBlock contained lang nextgroup=depeerLocale skipwhite
syn keyword depeerSetting contained network_list max_age freemail_domains freemail_welcomelist
syn keyword depeerSetting contained freemail_whitelist welcomelist_from whitelist_from
syn keyword depeerSetting contained unwelcomelist_from unwhitelist_from welcomelist_to whitelist_to
syn keyword depeerSetting contained more_spam_to all_spam_to blocklist_from blacklist_from
syn keyword depeerSetting contained unblocklist_from unblacklist_from blocklist_to blacklist_to
syn keyword depeerSetting contained welcomelist_auth whitelist_auth unwelcomelist_auth
syn keyword depeerSetting contained unwhitelist_auth def_welcomelist_auth def_whitelist_auth
syn keyword depeerSetting contained welcomelist_from_rcvd whitelist_from_rcvd
syn keyword depeerSetting contained def_welcomelist_from_rcvd def_whitelist_from_rcvd
syn keyword depeerSetting contained unwelcomelist_from_rcvd unwhitelist_from_rcvd
syn keyword depeerSetting contained welcomelist_allow_relays whitelist_allow_relays
syn keyword depeerSetting contained welcomelist_from_spf whitelist_from_spf def_welcomelist_from_spf
syn keyword depeerSetting contained unwelcomelist_from_spf unwhitelist_from_spf
syn keyword depeerSetting contained def_whitelist_from_spf welcomelist_from_dkim whitelist_from_dkim
syn keyword depeerSetting contained def_welcomelist_from_dkim def_whitelist_from_dkim
syn keyword depeerSetting contained unwelcomelist_from_dkim unwhitelist_from_dkim welcomelist_subject
syn keyword depeerSetting contained whitelist_subject blocklist_subject blacklist_subject
syn keyword depeerSetting contained welcomelist_bounce_relays whitelist_bounce_relays adsp_override
syn keyword depeerSetting contained enlist_uri_host delist_uri_host blocklist_uri_host
syn keyword depeerSetting contained blacklist_uri_host welcomelist_uri_host whitelist_uri_host
syn keyword depeerSetting contained enlist_addrlist util_rb_tld util_rb_2tld util_rb_3tld
syn keyword depeerSetting contained clear_util_rb parse_dkim_uris redirector_pattern url_shortener
syn keyword depeerSetting contained uridnsbl_skip_domain ok_locales replace_tag replace_rules
syn keyword depeerSetting contained replace_pre replace_post replace_inter replace_start replace_end
syn keyword depeerSetting contained trusted_networks internal_networks msa_networks
syn keyword depeerSetting contained clear_trusted_networks clear_internal_networks clear_msa_networks
syn keyword depeerSetting contained originating_ip_headers clear_originating_ip_headers uri_block_cc
syn keyword depeerSetting contained uri_block_cont uri_block_isp uri_block_cidr uri_block_asn
syn keyword depeerSetting contained uri_block_exclude

syn match depeerFlags "^\s*tflags\s\+\h\w*\s.*" contains=depeerLine,depeerFlag,depeerComment
syn keyword depeerFlag contained nice multiple nosubject observe net nonet learn userconf
syn keyword depeerFlag contained noautolearn noawl publish nopublish
syn match depeerFlag contained "maxhits=\d\+"
syn match depeerCall "\<\%(rbl\)\?eval:\h\w*"
syn match depeerCall "\<exists:[^ \t#]\+"
syn match depeerIfUnset "\[if-unset:[^]]*\]"
syn match depeerOperator "=\~\|!\~\|&&\|||\|[<>=!]=\|[<>!+*()]"
syn match depeerNumber "\%(\s\|(\)\@1<=-\?\d\+\%(\.\d*\)\?\>"
syn match depeerDate "\<\d\{4}-\d\d-\d\d\>"
syn match depeerAsn "\<AS\d\+\%(-AS\d\+\)\?\>"
syn match depeerPrefix "\<\d\{1,3}\%(\.\d\{1,3}\)\{3}\%(/\d\+\)\?\>"
syn match depeerRegex "\s\@1<=m\?/\%(\\.\|[^\\/#]\)*/\a*\ze\%(\s\|$\)"
syn match depeerRegex "\s\@1<=\%(m\|qr\){.*}\a*\ze\%(\s\|$\)"
syn match depeerRegex "\s\@1<=\%(m\|qr\)\([!,%|;@'\"]\)\%(\\.\|.\)\{-}\1\a*\ze\%(\s\|$\)"
syn match depeerText "^\s*\%(lang\s\+\a\+\s\+\)\?describe\s\+\h\w*\s.*" contains=depeerLine,depeerComment,@Spell

hi def link depeerComment Comment
hi def link depeerTodo Todo
hi def link depeerKind Statement
hi def link depeerAbout Keyword
hi def link depeerBlock PreProc
hi def link depeerLocale Constant
hi def link depeerSetting Type
hi def link depeerName Identifier
hi def link depeerFlag Special
hi def link depeerCall Function
hi def link depeerIfUnset Special
hi def link depeerOperator Operator
hi def link depeerNumber Number
hi def link depeerDate Number
hi def link depeerAsn Constant
hi def link depeerPrefix Constant
hi def link depeerRegex String
let b:current_syntax = "depeer"
