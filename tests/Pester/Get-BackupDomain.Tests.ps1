BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
}

Describe 'Get-BackupDomain' {
    It 'lists domains with their accounts' {
        $domains = Get-BackupDomain
        $domains.Domain | Should -Be @('example.com', 'example.org')
        $domains[0].Accounts | Should -Be 2
        $domains[0].InDirectory | Should -BeTrue
    }

    It 'takes names from the pipeline, and wildcards' {
        ('example.org' | Get-BackupDomain).Domain | Should -Be 'example.org'
        @(Get-BackupDomain example.*).Count | Should -Be 2
    }

    It 'knows what was at a date' {
        Get-BackupDomain -At '2001-01-01' | Should -BeNullOrEmpty
    }

    It 'completes domains' {
        (Get-Completion 'Get-BackupDomain example.o').CompletionText | Should -Be 'example.org'
    }
}
