using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailBackup.Sources.Imap.Connection;

/// <summary>
/// Whether a server's certificate is to be trusted: by its fingerprint where one is pinned, by the given authorities where there are any, else by the
/// system's. The name must fit except with a fingerprint.
/// </summary>
internal sealed class CertificateCheck(ImapSettings settings)
{
    /// <summary>What was wrong, for people.</summary>
    public string? Problem { get; private set; }

    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return Refuse("it has shown none");
        }

        string fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        if (settings.Fingerprint is { } pinned)
        {
            return fingerprint == pinned || Refuse($"its fingerprint is {fingerprint}, not the pinned {pinned}");
        }

        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
        {
            return Refuse($"it is not one of {settings.Host}");
        }

        if (settings.CaFile is { } file)
        {
            return CheckAuthority(file, certificate, chain, fingerprint);
        }

        return errors == SslPolicyErrors.None
            || Refuse($"no authority that this system trusts has signed it ({Reasons(chain)}); its SHA-256 fingerprint is {fingerprint}");
    }

    private bool CheckAuthority(string file, X509Certificate certificate, X509Chain? sent, string fingerprint)
    {
        try
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
            foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            {
                chain.ChainPolicy.ExtraStore.Add(element.Certificate);
            }

            using var own = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            return chain.Build(own) || Refuse($"none of the authorities in {file} has signed it ({Reasons(chain)}); its SHA-256 fingerprint is {fingerprint}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return Refuse($"the authorities in {file} cannot be read: {e.Message}");
        }
    }

    private static string Reasons(X509Chain? chain) =>
        chain is { ChainStatus.Length: > 0 } ? string.Join(", ", chain.ChainStatus.Select(s => s.Status).Distinct()) : "no chain";

    private bool Refuse(string reason)
    {
        Problem = $"the server's certificate is not trusted: {reason}";
        return false;
    }
}
