BeforeDiscovery {
    $manifest = Join-Path $PSScriptRoot '..' '..' 'out' 'MailBackup' 'MailBackup.psd1'
    $cmdlets = (Import-PowerShellDataFile $manifest).CmdletsToExport
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $common = [Management.Automation.Cmdlet]::CommonParameters
    $docs = Join-Path $PSScriptRoot '..' '..' 'docs'
}

Describe 'The help of <_>' -ForEach $cmdlets {
    BeforeAll {
        $name = $_
        $command = Get-Command $name -Module MailBackup
        $help = Get-Help "MailBackup\$name" -Full
    }

    It 'comes from the help file' {
        $help.GetType().Name | Should -Be 'PSCustomObject'
        "$($help.PSTypeNames)" | Should -BeLike '*MamlCommandHelpInfo*'
        $help.Name | Should -Be $name
    }

    It 'has a synopsis, a description and links' {
        $help.Synopsis | Should -Match '^[A-Z].*\.$'
        $help.Synopsis | Should -Not -BeLike "*$name*"
        ($help.Description.Text -join '') | Should -Not -BeNullOrEmpty
        $help.relatedLinks.navigationLink.linkText | Should -Not -BeNullOrEmpty
    }

    It 'has two examples, each with what is typed and what that does' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        foreach ($example in $help.examples.example) {
            $example.code | Should -Match '^PS> '
            "$($example.code -replace '(?s)^PS> .*?\n\n')$($example.remarks.Text)" | Should -Not -BeNullOrEmpty -Because $example.title
        }
    }

    It 'has examples that parse and call nothing with parameters that are not there' {
        foreach ($example in $help.examples.example) {
            $typed = ($example.code -split "`n`n")[0] -replace '(?m)^PS> '
            $problems = $null
            $ast = [Management.Automation.Language.Parser]::ParseInput($typed, [ref] $null, [ref] $problems)
            $problems | Should -BeNullOrEmpty -Because $typed
            foreach ($call in $ast.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
                $called = Get-Command $call.GetCommandName() -ErrorAction Stop
                foreach ($parameter in $call.CommandElements.Where({ $_ -is [Management.Automation.Language.CommandParameterAst] })) {
                    { $called.ResolveParameter($parameter.ParameterName) } | Should -Not -Throw -Because $typed
                }
            }
        }
    }

    It 'describes every parameter, as the cmdlet has it' {
        $parameters = $command.Parameters.Values | Where-Object Name -NotIn $common
        @($help.parameters.parameter).name | Sort-Object | Should -Be ($parameters.Name | Sort-Object)
        foreach ($parameter in $parameters) {
            $text = $help.parameters.parameter | Where-Object name -EQ $parameter.Name
            ($text.description.Text -join '') | Should -Not -BeNullOrEmpty -Because "-$($parameter.Name) needs a description"
            $text.aliases | Should -Be $(if ($parameter.Aliases) { $parameter.Aliases -join ', ' } else { 'none' })
            $text.required | Should -Be "$($parameter.ParameterSets.Values.IsMandatory -notcontains $false)".ToLowerInvariant()
        }
    }

    It 'has the syntax of every parameter set' {
        $sets = foreach ($item in $help.syntax.syntaxItem) { "$($item.parameter.name | Sort-Object)" }
        $expected = foreach ($set in $command.ParameterSets) { "$($set.Parameters.Name | Where-Object { $_ -notin $common } | Sort-Object)" }
        @($sets) | Sort-Object | Should -Be (@($expected) | Sort-Object)
    }

    It 'links to cmdlets and topics that are there' {
        foreach ($link in $help.relatedLinks.navigationLink.linkText) {
            Get-Help $link -ErrorAction Stop | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'The topics' {
    It 'finds <_>' -ForEach 'about_MailBackup', 'about_MailBackup_BackupPath', 'about_MailBackup_Runbooks' {
        $topic = Get-Help $_
        $topic | Should -BeLike "*$_*SHORT DESCRIPTION*"
        "$topic" -split "`n" | Where-Object Length -GT 120 | Where-Object { $_ -notmatch '^ {8}' } | Should -BeNullOrEmpty
        (Get-Help "$_*" | Where-Object Name -EQ $_ | ForEach-Object Synopsis) | Should -Not -BeNullOrEmpty
    }

    It 'finds help whatever language the user has' -ForEach 'C.UTF-8', 'de_DE.UTF-8', 'en_US.UTF-8' {
        $env:LC_ALL = $_
        try {
            $said = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command "
                Import-Module '$ModulePath'; (Get-Help Get-BackupMap).Synopsis; (Get-Help about_MailBackup) -split '\n' | Select-Object -First 1"
        }
        finally { $env:LC_ALL = $null }
        $said | Should -Be 'Shows which server a backup path belongs to, and whose backups were restored into it.', 'TOPIC'
    }
}

Describe 'The pages' {
    It 'are those of the cmdlets' {
        (Get-ChildItem (Join-Path $docs cmdlets) -Filter *.md).BaseName | Sort-Object | Should -Be ((Get-Module MailBackup).ExportedCmdlets.Keys | Sort-Object)
    }
}

Describe 'The help compiler' {
    It 'fails, with file and line, on a page without synopsis, examples or a parameter' {
        $root = Join-Path $PSScriptRoot '..' '..'
        $compiler = Join-Path $root 'out/build/help/bin/MailBackup.Help/release/MailBackup.Help.dll'
        if (-not (Test-Path $compiler)) { Set-ItResult -Skipped -Because 'the module was not built here'; return }
        Copy-Item $docs (Join-Path $TestDrive docs) -Recurse
        $page = Join-Path $TestDrive 'docs/cmdlets/Get-BackupMap.md'
        $text = Get-Content $page -Raw
        $text = $text -replace '(?s)(# Get-BackupMap\n).*?(\n## Description)', '$1$2'
        $text = $text -replace '(?s)\n### All backups.*?(\n## Parameters)', '$1'
        $text = $text -replace '### -Path', '### -Pfad'
        Set-Content $page $text -NoNewline
        $cmdlets = Join-Path (Split-Path $ModulePath) 'Dependencies/MailBackup.Cmdlets.dll'
        $said = dotnet $compiler (Join-Path $TestDrive docs) $cmdlets (Join-Path $TestDrive module) 2>&1 | ForEach-Object { "$_" }
        $LASTEXITCODE | Should -Be 1
        $said | Should -Contain "$page(1): error HELP: One paragraph under the title has to be the synopsis."
        "$said" | Should -Match 'There have to be 2 examples at least'
        "$said" | Should -Match '-Path is not described'
        "$said" | Should -Match 'Get-BackupMap\.md\(\d\d\): error HELP: Get-BackupMap has no parameter -Pfad'
        Join-Path $TestDrive module | Should -Not -Exist
    }
}
