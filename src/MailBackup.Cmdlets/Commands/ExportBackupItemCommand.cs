using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Running;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>
/// Writes items to files: <c>.eml</c>, <c>.vcf</c>, <c>.ics</c>, documents as they were, or the JSON array of all their transactions. Files lie in
/// a folder named after the account and are never written over without -Force.
/// </summary>
[Cmdlet(VerbsData.Export, "BackupItem", DefaultParameterSetName = ObjectSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportBackupItemCommand : BackupCommand
{
    private const string ObjectSet = "InputObject";
    private const string IdSet = "Id";
    private const string DigestSet = "Digest";

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    public BackupItem InputObject { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    public string Account { get; set; } = "";

    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ItemIdCompleter))]
    [ValidateNotNullOrEmpty]
    public ItemId[] Id { get; set; } = [];

    /// <summary>Content by its digest alone, whatever item it belongs to.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DigestSet)]
    [ValidateNotNullOrEmpty]
    public string[] Digest { get; set; } = [];

    /// <summary>The folder that the folders of the accounts go into.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = ".";

    /// <summary>The content as it was at this moment. Default: the state piped in, else the latest content.</summary>
    [Parameter(ParameterSetName = ObjectSet)]
    [Parameter(ParameterSetName = IdSet)]
    public DateTimeOffset? At { get; set; }

    /// <summary>Write the item's transactions instead of its content.</summary>
    [Parameter(ParameterSetName = ObjectSet)]
    [Parameter(ParameterSetName = IdSet)]
    public SwitchParameter Transactions { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        if (ParameterSetName == DigestSet)
        {
            Array.ForEach(Digest, Export);
            return;
        }

        if (ParameterSetName == IdSet)
        {
            foreach (var id in Id)
            {
                Export(Account, id, At);
            }

            return;
        }

        if (InputObject.Type == ItemType.Folder && !Transactions)
        {
            WriteVerbose($"{InputObject.Account} {InputObject.Id} is a folder and has no content.");
            return;
        }

        string account = CallAccount(OpenNodeForReading(), InputObject.AccountId, InputObject.Account);
        Export(account, InputObject.Id, At ?? (InputObject is { Deleted: false, End: not null } past ? past.Start : null));
    }

    private void Export(string text)
    {
        try
        {
            var digest = Model.Digest.TryParse(text, out var parsed) ? parsed : throw new MailBackupException(
                ErrorIds.ArgumentInvalid, $"'{text}' is no digest.", "A digest has 43 characters; Get-BackupItem shows it as the property Digest.", text);
            var node = OpenNode();
            var file = new ExportFile(ResolvePath(Destination), node.SuggestFileName(digest));
            if (!ShouldProcess(file.Path, $"Export {digest}"))
            {
                return;
            }

            file.Write(
                output =>
                {
                    using var content = node.OpenContent(digest);
                    Copy(content, output);
                },
                Force);
            if (PassThru)
            {
                WriteObject(new FileInfo(file.Path));
            }
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.ArgumentInvalid || ErrorTranslation.ConcernsOneThing(e.ErrorId))
        {
            WriteFailure(e);
        }
    }

    private void Export(string account, ItemId id, DateTimeOffset? at)
    {
        try
        {
            var node = OpenNodeForReading();
            string name = Transactions ? $"{id}.json" : node.SuggestFileName(account, id);
            var file = new ExportFile(ResolvePath(Destination), account, id, name);
            if (!ShouldProcess(file.Path, $"Export {account} {id}"))
            {
                return;
            }

            file.Write(output => Copy(node, account, id, at, output), Force);
            if (PassThru)
            {
                WriteObject(new FileInfo(file.Path));
            }
        }
        catch (MailBackupException e) when (ErrorTranslation.ConcernsOneThing(e.ErrorId))
        {
            WriteFailure(e);
        }
    }

    private void Copy(BackupNode node, string account, ItemId id, DateTimeOffset? at, Stream output)
    {
        if (Transactions)
        {
            node.ExportTransactions(account, id, output);
            return;
        }

        using var content = node.OpenContent(account, id, at);
        Copy(content, output);
    }

    private void Copy(Stream content, Stream output)
    {
        var buffer = new byte[128 * 1024];
        int n;
        while ((n = content.Read(buffer)) > 0)
        {
            StopToken.ThrowIfCancellationRequested();
            output.Write(buffer.AsSpan(0, n));
        }
    }
}
