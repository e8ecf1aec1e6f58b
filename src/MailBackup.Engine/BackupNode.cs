using MailBackup.Configuration;
using MailBackup.Exporting;
using MailBackup.Maintenance;
using MailBackup.Maintenance.Anchoring;
using MailBackup.Maintenance.Checking;
using MailBackup.Model;
using MailBackup.Notifications;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Searching;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup;

/// <summary>
/// The front door of the engine: opens a backup path and gives everything else. Reading needs no lock; what changes the backup goes through
/// the queue of operations. Safe for use by several threads.
/// </summary>
public sealed partial class BackupNode : IDisposable
{
    private readonly BackupLayout _layout;
    private readonly string _home;
    private readonly Lazy<OperationQueue> _operations;
    private readonly Lazy<BackupReading> _reading;
    private readonly Notifier _notifier;
    private readonly Lock _changingConfiguration = new();

    private BackupNode(BackupLayout layout, Guid serverId, NodeConfiguration configuration, NodeOptions? options)
    {
        _layout = layout;
        _home = NodeHome.Resolve(options);
        _reading = new(() => new BackupReading(layout, message => Warn?.Invoke(message)));
        ServerId = serverId;
        Configuration = configuration;
        _notifier = new Notifier(layout.Root, () => ConfigurationFile.Read(layout).Notification);
        _operations = new(() => new OperationQueue(layout.Operations, layout.WriterLock, new OperationNotifier(layout.Root, _notifier)));
    }

    /// <summary>Takes what an administrator should know although nothing failed (a damaged journal met on reading).</summary>
    public Action<string>? Warn { get; set; }

    public string Path => _layout.Root;

    /// <summary>The server that the path belongs to.</summary>
    public Guid ServerId { get; }

    /// <summary>Whose the path is when it was opened only to be read (<see cref="OpenForReading"/>); null for the node's own.</summary>
    public BackupMap? ForeignOwner { get; private init; }

    /// <summary>True for an export in the transparent layout.</summary>
    public bool IsExport => _layout is TransparentLayout;

    /// <summary>What to tell whoever reads a path that is not the node's own: whose it is. Null for the node's own.</summary>
    public string? ForeignNotice => ForeignOwner is { } owner ? ForeignPath.Describe(_layout, owner) : null;

    public NodeConfiguration Configuration { get; private set; }

    public OperationQueue Operations
    {
        get
        {
            RefuseForeign();
            return _operations.Value;
        }
    }

    /// <summary>What to tell whoever opens a path that every user of the machine can get at; null when that is not so.</summary>
    public string? ExposureNotice => PrivateFiles.DescribeExposure(_layout.Root);

    /// <summary>Whose a folder is, when it is a backup path; nothing is opened.</summary>
    public static BackupMap? FindOwner(string path)
    {
        var layout = new BackupLayout(path);
        return Directory.Exists(layout.Root) && layout.FindOwner() is { } owner
            ? BackupMap.Read(layout.Map(owner)) ?? new BackupMap { ServerId = owner }
            : null;
    }

    /// <summary>True when the folder is a backup path (of any server).</summary>
    public static bool IsInitialized(string path) => BackupPathSetup.IsInitialized(path);

    /// <summary>
    /// Makes a backup path for this server. Repeating it on one's own path changes nothing, unless a configuration is given: it takes the place of the whole one. Errors:
    /// <c>BackupPathNotWritable</c>, <c>BackupPathCaseInsensitive</c>, <c>BackupPathOwnedByAnotherServer</c>, <c>BackupPathNotEmpty</c>,
    /// <c>BackupPathFormatTooNew</c>, <c>HomeNotWritable</c>.
    /// </summary>
    public static BackupNode Initialize(string path, NodeConfiguration? configuration = null, NodeOptions? options = null)
    {
        var server = NodeHome.GetServerId(options);
        var layout = BackupPathSetup.Initialize(path, server);
        var node = new BackupNode(layout, server, ConfigurationFile.Read(layout), options);
        if (configuration is not null)
        {
            node.UpdateConfiguration(_ => configuration);
        }

        return node;
    }

    /// <summary>
    /// Takes over the backup path of a server that is gone for good, and records whose it was. Its queued operations are cancelled: they were meant for that
    /// server. Errors: as <see cref="Open"/> without <c>BackupPathOwnedByAnotherServer</c>, and <c>BackupPathBusy</c> while that server writes.
    /// </summary>
    public static BackupNode Adopt(string path, NodeOptions? options = null)
    {
        bool adopted = BackupPathSetup.Adopt(path, NodeHome.GetServerId(options), Actor.Name);
        var node = Open(path, options);
        if (adopted)
        {
            node.Operations.RequestStopAll();
        }

        return node;
    }

    /// <summary>
    /// Opens a backup path. Errors: <c>BackupPathNotFound</c>, <c>BackupPathNotInitialized</c>, <c>BackupPathOwnedByAnotherServer</c>,
    /// <c>BackupPathFormatTooNew</c>, <c>ConfigurationInvalid</c>.
    /// </summary>
    public static BackupNode Open(string path, NodeOptions? options = null)
    {
        var server = NodeHome.GetServerId(options);
        var layout = BackupPathSetup.Open(path, server);
        return new BackupNode(layout, server, ConfigurationFile.Read(layout), options);
    }

    /// <summary>
    /// Opens a backup path to read what is in it, whoever owns it: the node's own like <see cref="Open"/>, another server's or an export without
    /// changing a byte in it, even while its own server writes to it. What is made to read such a path lies in the node's home, under
    /// <c>external/</c>, and may be deleted. Errors: <c>BackupPathNotFound</c>, <c>BackupPathNotInitialized</c>, <c>BackupPathFormatTooNew</c>,
    /// <c>HomeNotWritable</c>.
    /// </summary>
    public static BackupNode OpenForReading(string path, NodeOptions? options = null)
    {
        var plain = new BackupLayout(path);
        return Directory.Exists(plain.Root) && !ForeignPath.IsExport(plain) && plain.FindOwner() == NodeHome.GetServerId(options)
            ? Open(path, options)
            : OpenForeign(path, options);
    }

    private static BackupNode OpenForeign(string path, NodeOptions? options)
    {
        var (layout, owner) = ForeignPath.Open(path, NodeHome.Resolve(options));
        return new BackupNode(layout, owner.ServerId, ForeignConfiguration(layout), options) { ForeignOwner = owner };
    }

    /// <summary>
    /// Changes the configuration. Not queued: takes effect at once, in one step with what others change at the same moment. Errors: <c>ArgumentInvalid</c>,
    /// <c>HookUnusable</c>, <c>ConfigurationInvalid</c>, <c>BackupPathBusy</c>.
    /// </summary>
    /// <param name="change">
    /// Gets the configuration as it is in the backup path at this moment, which need not be <see cref="Configuration"/>. It should not wait for anybody: all who want to change
    /// the configuration wait for it.
    /// </param>
    /// <returns>The configuration as it is now.</returns>
    public NodeConfiguration UpdateConfiguration(Func<NodeConfiguration, NodeConfiguration> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        RefuseForeign();
        lock (_changingConfiguration)
        {
            Configuration = ConfigurationFile.Update(_layout, old =>
            {
                var now = change(old);
                CheckConfiguration(now, old);
                return now;
            });
            if (!Configuration.SearchIndex)
            {
                SearchIndex.Delete(_layout);
            }

            return Configuration;
        }
    }

    private static void CheckConfiguration(NodeConfiguration configuration, NodeConfiguration old)
    {
        configuration.Validate();
        foreach (var (_, entry) in configuration.Schedule.Entries)
        {
            entry.Validate();
        }

        foreach (string address in configuration.Notification.From is { } from ? configuration.Notification.To.Append(from) : configuration.Notification.To)
        {
            SmtpMailer.CheckAddress(address);
        }

        CheckHook(configuration, old);
    }

    /// <summary>Opens the source of the configuration. Errors: <c>SourceNotSet</c>, <c>SourceNotFound</c>.</summary>
    public IMailSource OpenSource()
    {
        RefuseForeign();
        return MailSourceFactory.Open(Configuration.Source);
    }

    /// <summary>
    /// Places holds or lifts them (the automatic ones too), all or none. Not queued: takes effect at once, beside a running operation. Errors:
    /// <c>AccountNotFound</c>, <c>ArgumentInvalid</c>, <c>LegalHoldDamaged</c>, <c>BackupPathBusy</c>.
    /// </summary>
    /// <param name="accounts">Addresses or account ids; null for every account that the backup knows, deleted ones too.</param>
    /// <returns>The accounts that were not so already.</returns>
    public IReadOnlyList<string> SetLegalHold(IReadOnlyList<string>? accounts, bool held, string? reason)
    {
        RefuseForeign();
        return LegalHoldSwitch.Set(_layout, accounts, held, reason ?? "");
    }

    /// <summary>The classes of service of the directory, as it is now. Errors: <c>SourceNotSet</c>, <c>DirectoryNotSet</c>, <c>SourceUnreadable</c>, <c>LdifInvalid</c>.</summary>
    public Task<IReadOnlyList<CosBackup>> GetCosBackupsAsync(CancellationToken token) => WithSourceAsync(s => CosSwitch.ListAsync(s, token));

    /// <summary>
    /// Writes the marker into the notes of a COS, or takes it out. Its accounts are left alone, or taken up again, from the next scan on. Errors: as
    /// <see cref="GetCosBackupsAsync"/>, and <c>CosNotFound</c>, <c>DirectoryNotWritable</c>.
    /// </summary>
    /// <returns>False when it was so already.</returns>
    public Task<bool> SetCosBackupAsync(string cos, bool enabled, CancellationToken token) => WithSourceAsync(s => CosSwitch.SetAsync(s, cos, enabled, token));

    public void Dispose()
    {
        if (_operations.IsValueCreated)
        {
            _operations.Value.Dispose();
        }

        if (_reading.IsValueCreated)
        {
            _reading.Value.Dispose();
        }
    }

    /// <summary>What its own server wrote; a file that cannot be read must not stand in the way of the mails.</summary>
    private static NodeConfiguration ForeignConfiguration(BackupLayout layout)
    {
        try
        {
            return ConfigurationFile.Read(layout);
        }
        catch (Exception e) when (e is MailBackupException or IOException or UnauthorizedAccessException)
        {
            return new();
        }
    }

    private void RefuseForeign()
    {
        if (ForeignOwner is { } owner)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathOwnedByAnotherServer,
                IsExport ? $"{Path} is an export of server {owner.ServerId}." : $"The backup path {Path} belongs to server {owner.ServerId}.",
                "It can only be read and restored from. Nothing was changed.",
                Path);
        }
    }

    private async Task<T> WithSourceAsync<T>(Func<IMailSource, Task<T>> work)
    {
        RefuseForeign();
        var source = OpenSource();
        await using (source.ConfigureAwait(false))
        {
            return await work(source).ConfigureAwait(false);
        }
    }
}
