namespace MailBackup.Cmdlets.Completion;

/// <summary>Accounts of the path that is restored from.</summary>
internal sealed class ForeignAccountCompleter : AccountCompleter
{
    protected override string PathParameter => "Path";
}

/// <summary>Domains of the path that is restored from.</summary>
internal sealed class ForeignDomainCompleter : DomainCompleter
{
    protected override string PathParameter => "Path";
}
