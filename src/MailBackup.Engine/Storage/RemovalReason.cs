namespace MailBackup.Storage;

/// <summary>Why a journal has a <see cref="RemovalRecord"/>.</summary>
public enum RemovalReason
{
    /// <summary>A purge took the lines away because their retention was over.</summary>
    Purge,

    /// <summary>The lines were damaged or missing when the backup was repaired.</summary>
    Damage,

    /// <summary>No line is missing: the line before the record was kept although its own checksum does not prove it any more.</summary>
    Unproved,
}
