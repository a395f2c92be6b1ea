# SPDX-License-Identifier: Apache-2.0
# Bash completion for millrace(1): commands, options, files, and the
# arguments of datagen. Needs nothing but bash.

_millrace() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local common='--bootstrap-server --data-dir --config-file --set --define
        --log-level --help --version -d -h'
    local commands='shell run server produce consume datagen test help'
    local command=shell word words=

    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case " $commands " in *" $word "*) command=$word; break ;; esac
    done
    COMPREPLY=()
    # Bash splits words at "=": what follows one is a value.
    if [ "$cur" = = ]; then cur=; prev=${COMP_WORDS[COMP_CWORD - 1]}; fi
    if [ "$prev" = = ]; then prev=${COMP_WORDS[COMP_CWORD - 2]}=; fi

    case $prev in
    --config-file | --file | -f | --queries-file | propertiesFile= | --junit | \
        --sql-file | --input-file | --output-file | -s | -i)
        [ "$command$prev" = consume-f ] || {
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return
        }
        ;;
    --data-dir | --extension-dir) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    --log-level) words='error warn info debug' ;;
    --output) [ "$command" = shell ] && words='TABULAR JSON' ;;
    -o)
        [ "$command" = consume ] && words='beginning end'
        [ "$command" = test ] && {
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return
        }
        ;;
    quickstart= | quickstart)
        words='users users_ pageviews orders ratings clickstream
            clickstream_users clickstream_codes' ;;
    format= | value-format=) words='json delimited' ;;
    key-format=) words='kafka json delimited' ;;
    printRows=) words='true false' ;;
    esac
    if [ -n "$words" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
        return
    fi

    case $command in
    shell) words="--execute --file --output --query-row-limit --query-timeout
            -e -f $common"
        [ "$COMP_CWORD" -eq 1 ] && words="$commands $words" ;;
    run) words="--input --output --until-idle --check -K $common" ;;
    server) words="--queries-file $common" ;;
    produce) words="-K -p -c -H -Z -q --partitions $common" ;;
    consume) words="-o -p -c -e -K -f -q $common" ;;
    datagen) words="quickstart= topic= format= value-format= key-format=
            valueDelimiter= key= iterations= msgRate= timestamp= seed=
            printRows= bootstrap-server= propertiesFile= -K $common"
        case $cur in *=) ;; [a-zA-Z]*) compopt -o nospace 2>/dev/null ;; esac ;;
    test) words="--only --strict --permute --fail-fast --junit --watch --jobs
            --timeout --verbose --sql-file --input-file --output-file
            --extension-dir -j -v -s -i -o -e $common" ;;
    help) words="$commands sql --config-document --functions-document
            $common" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    case $command in
    run | server | produce | test)
        [[ $cur == -* ]] ||
            mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    esac
}

complete -F _millrace -o filenames millrace
