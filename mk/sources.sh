#!/bin/sh
# Every C file of the tree. (.def files are tables, laid out by hand.)
exec find base proto daemon workers ctl include bench tests examples -name node_modules -prune -o -name '*.[ch]' -print
